# ruff: noqa: RUF001  (Cyrillic beside Latin)
"""Words of a name that say little about who is meant, as data; each in the spelling of its own language."""

from typing import Final

from corridor.services.compliance.transliteration import latin

FORMS: Final = """
ооо оао зао пао ао нао ип тоо чп пбоюл фгуп гуп муп кооп оо онко нко уп чуп одо рооо общество
ограниченной ответственностью дополнительной открытое закрытое публичное непубличное акционерное
индивидуальный предприниматель товарищество учреждение государственное унитарное частное муниципальное
ҷсп ҷсш ҷсшк ҷсшп ҷдмм ҷсо ҷммк ҷм квд квдм соҳибкори инфиродӣ кушода пӯшида ҷамъияти ҷамъият саҳомии
саҳҳомии масъулияташ масъулияти маҳдуд маҳдуди дорои муассисаи давлатии ширкати ширкат корхонаи
ooo oao zao pao ao nao too chp jsp jdmm jssh llc llp lp ltd limited liability inc incorporated corp
corporation co company plc pjsc ojsc cjsc jsc joint stock gmbh ag kg ohg kgaa sa sas sarl srl spa bv nv
oy oyj ab as aps asa doo sro spolka pte pty pvt private public fze fzco fzc fzllc dmcc est establishment
gk kk kft zrt oue ou tov pat spc shpk
"""
GENERIC: Final = """
банк коммерческий торговый торговая торговое торговля дом группа компания компании холдинг строй
строительная производственное производственная объединение предприятие научный институт центр завод
фабрика комбинат инвест инвестиционная финансовая финанс сервис услуги логистика транспорт транспортная
трейдинг шиппинг петролеум инжиниринг национальный национальная международный международная экспорт
импорт технологии развитие фонд агентство бонк бонки тиҷорат тиҷоратӣ гурӯҳ гурӯҳи корхона миллӣ миллии
байналмилалӣ марказ маркази хадамот сохтмон фонди
bank banks banking commercial trading trade traders house group holding holdings construction industry
industries industrial general national international global world enterprise enterprises service services
shipping maritime marine logistics transport export import exports imports investment investments invest
finance financial capital fund development technology technologies tech solutions systems center centre
agency institute foundation management consulting partners oil gas energy petroleum steel metal trust
union association bureau office
"""
PARTICLES: Final = """
и ва у
ibn bin bint al el ul ad ar as az ush va und and of the for de da di del la le van von der den
"""
FATHERS: Final = """
оглы оглу угли огли улы уулу кызы қизи кизи гызы
ogly oglu ogli ugli uulu uly kyzy qizi kizi gizi
"""
ZODA: Final = """
зода заде зод
zoda zade zadeh zada zod zadah
"""
SOLE_TRADERS: Final = """
ип чп пбоюл индивидуальный предприниматель соҳибкори инфиродӣ
ip chp
"""


def spellings(words: str) -> frozenset[str]:
    """The words as `latin` writes them."""
    return frozenset(map(latin, words.split()))
