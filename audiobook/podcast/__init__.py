"""Finished episodes become a podcast: a feed with its cover, and a server to listen from.

show, finished episodes ─channel▶ Channel, Items ─feed▶ feed.xml
                            ▲
        feed-ids.json ─ids─▶│ what is given once and kept
"""
