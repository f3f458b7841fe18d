"""Languages in three letters, as ID3 wants them."""

from __future__ import annotations

import functools

from audiobook.language_tags import primary

__all__ = ["iso_639_1", "iso_639_2"]

# ISO 639-1 and the terminological code of ISO 639-2, for the languages that engines speak.
_CODES = """
af afr  am amh  an arg  ar ara  as asm  az aze  ba bak  be bel  bg bul  bn ben  bs bos  ca cat
cs ces  cv chv  cy cym  da dan  de deu  el ell  en eng  eo epo  es spa  et est  eu eus  fa fas
fi fin  fr fra  ga gle  gd gla  gl glg  gn grn  gu guj  ha hau  he heb  hi hin  hr hrv  ht hat
hu hun  hy hye  ia ina  id ind  io ido  is isl  it ita  ja jpn  jv jav  ka kat  kk kaz  kl kal
km khm  kn kan  ko kor  ku kur  ky kir  la lat  lb ltz  lo lao  lt lit  lv lav  mg mlg  mi mri
mk mkd  ml mal  mn mon  mr mar  ms msa  mt mlt  my mya  nb nob  ne nep  nl nld  nn nno  no nor
om orm  or ori  pa pan  pl pol  ps pus  pt por  qu que  ro ron  ru rus  sd snd  si sin  sk slk
sl slv  so som  sq sqi  sr srp  su sun  sv swe  sw swa  ta tam  te tel  tg tgk  th tha  tk tuk
tl tgl  tn tsn  tr tur  tt tat  ug uig  uk ukr  ur urd  uz uzb  vi vie  xh xho  yi yid  yo yor
zh zho  zu zul
"""
_UNDETERMINED = "und"
_WITHDRAWN = {"iw": "he", "jw": "jv", "in": "id", "ji": "yi"}


def iso_639_2(language: str) -> str:
    """The three letters for a BCP 47 tag; "und", for undetermined, where there are none."""
    code = primary(language.replace("_", "-"))
    if len(code) == 3 and code.isascii() and code.isalpha():
        return code
    return _three_letters().get(_WITHDRAWN.get(code, code), _UNDETERMINED)


def iso_639_1(code: str) -> str | None:
    """The BCP 47 tag for three letters; None for "und"."""
    if code == _UNDETERMINED:
        return None
    return {three: two for two, three in _three_letters().items()}.get(code, code)


@functools.cache
def _three_letters() -> dict[str, str]:
    words = _CODES.split()
    return dict(zip(words[::2], words[1::2], strict=True))
