"""What the sample jobs say and who posts them, in thirteen languages: accents, wide and right-to-left scripts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be cleaned.

    Attributes:
        name: as a job is called.
        cleaning_type: one of the three types.
        price: what it usually costs per hour.

    """

    name: str
    cleaning_type: str
    price: int


@dataclass(frozen=True, slots=True)
class Language:
    """Jobs of one language.

    Attributes:
        weight: how many of all jobs are in it, in parts.
        handles: of those who post in it.
        tasks: what they want.
        areas: where they live.
        name: how task and area make a name.
        remarks: sentences that a description is made of.

    """

    weight: int
    handles: tuple[str, ...]
    tasks: tuple[Task, ...]
    areas: tuple[str, ...]
    name: str
    remarks: tuple[str, ...]


def _tasks(dust_up: tuple[str, ...], spot_clean: tuple[str, ...], full_clean: tuple[str, ...]) -> tuple[Task, ...]:
    """Tasks of each type, the larger ones dearer."""
    return (
        *(Task(name, "dust_up", 15 + number) for number, name in enumerate(dust_up)),
        *(Task(name, "spot_clean", 19 + 2 * number) for number, name in enumerate(spot_clean)),
        *(Task(name, "full_clean", 26 + 3 * number) for number, name in enumerate(full_clean)),
    )


LANGUAGES = (
    Language(
        weight=36,
        handles=("maria_k", "tom_baker", "aisha_n", "greenfield_house", "joe_p", "nora_lane", "the_attic_studio"),
        tasks=_tasks(
            ("Dust the bookshelves", "Quick tidy of a studio flat", "Wipe down two desks", "Dust and air a guest room"),
            (
                "Wash the windows",
                "Clean the oven and the hob",
                "Scrub a bathroom",
                "Pet hair off the sofa",
                "Fridge and freezer, inside",
            ),
            (
                "End of tenancy clean",
                "Two-bedroom flat, top to bottom",
                "House after builders",
                "Spring clean, four rooms",
                "Holiday let between guests",
            ),
        ),
        areas=(
            "Old Town",
            "Riverside",
            "Station Road",
            "Hillcrest",
            "the Harbour",
            "Mill Lane",
            "North End",
            "Elm Park",
        ),
        name="{task}, {area}",
        remarks=(
            "Third floor, there is a lift.",
            "Everything you need is under the sink.",
            "The cat is friendly; please keep the door shut.",
            "About three hours, I think.",
            "Please bring your own vacuum.",
            "No bleach, there is a baby in the house.",
            "Keys are with the neighbour at number 7.",
            "Parking in front of the door until 11:00.",
            "Weekdays after 16:00 are best.",
        ),
    ),
    Language(
        weight=10,
        handles=("lucia_garcia", "pablo_m", "casa_del_sol"),
        tasks=_tasks(
            ("Quitar el polvo del salón", "Ordenar un estudio pequeño"),
            ("Limpiar las ventanas", "Fregar la cocina", "Baño con cal en los azulejos"),
            ("Limpieza a fondo de un piso", "Limpieza después de la mudanza"),
        ),
        areas=("Malasaña", "el Ensanche", "Triana", "junto a la estación", "Lavapiés"),
        name="{task} en {area}",
        remarks=(
            "Hay ascensor.",
            "Los productos están en la despensa.",
            "¿Podría ser un sábado?",
            "El perro es muy tranquilo.",
            "Unas tres horas.",
        ),
    ),
    Language(
        weight=10,
        handles=("juergen_w", "annika_h", "hausverwaltung_sued"),
        tasks=_tasks(
            ("Bücherregale abstauben", "Arbeitszimmer aufräumen"),
            ("Fenster putzen", "Küche gründlich wischen", "Bad entkalken"),
            ("Endreinigung der Wohnung", "Frühjahrsputz, fünf Zimmer", "Treppenhaus, vier Stockwerke"),
        ),
        areas=("Prenzlauer Berg", "Südstadt", "Köln-Ehrenfeld", "am Bahnhof", "Nürnberg, Gärten hinter der Veste"),
        name="{task} ({area})",
        remarks=(
            "Staubsauger ist da.",
            "Bitte keine scharfen Mittel auf dem Parkett.",
            "Schlüssel beim Nachbarn im Erdgeschoß.",
            "Zweimal im Monat wäre schön.",
        ),
    ),
    Language(
        weight=8,
        handles=("chloe_d", "benoit_r"),
        tasks=_tasks(
            ("Dépoussiérer la bibliothèque",),
            ("Laver les vitres", "Nettoyer le four et la hotte", "Détacher un canapé"),
            ("Grand ménage d’un trois-pièces", "Ménage après travaux", "Remise en état avant état des lieux"),
        ),
        areas=("Belleville", "Croix-Rousse", "près de la gare", "le Vieux-Port"),
        name="{task}, {area}",
        remarks=(
            "Cinquième étage sans ascenseur, désolée !",
            "Le matériel est fourni.",
            "Plutôt le matin, s’il vous plaît.",
            "Comptez deux à trois heures.",
        ),
    ),
    Language(
        weight=5,
        handles=("zofia_l", "krzysiek_n"),
        tasks=_tasks(
            ("Odkurzyć małe mieszkanie",),
            ("Umyć okna", "Wyczyścić łazienkę"),
            ("Sprzątanie po remoncie", "Generalne porządki, trzy pokoje"),
        ),
        areas=("Śródmieście", "Żoliborz", "Łódź, Bałuty", "Kraków, Dębniki"),
        name="{task} – {area}",
        remarks=("Środki czystości są na miejscu.", "Proszę zadzwonić domofonem pod 12.", "Najlepiej w sobotę."),
    ),
    Language(
        weight=4,
        handles=("elif_yildiz",),
        tasks=_tasks(
            ("Toz alma, iki oda",),
            ("Cam silme", "Mutfak temizliği"),
            ("Taşınma sonrası temizlik", "Ev temizliği, üç oda bir salon"),
        ),
        areas=("Kadıköy", "Beşiktaş", "Çankaya", "İzmir, Karşıyaka"),
        name="{area}: {task}",
        remarks=("Asansör var.", "Malzemeler evde.", "Öğleden sonra uygun."),
    ),
    Language(
        weight=4,
        handles=("linh_tran",),
        tasks=_tasks(
            ("Quét bụi phòng khách",), ("Lau cửa kính", "Cọ rửa nhà bếp"), ("Tổng vệ sinh căn hộ", "Dọn nhà đón Tết")
        ),
        areas=("Quận 3", "Thảo Điền", "Cầu Giấy", "Hải Châu"),
        name="{task}, {area}",
        remarks=("Có thang máy.", "Khoảng ba tiếng.", "Nhà có mèo."),
    ),
    Language(
        weight=6,
        handles=("sakura_home", "kenji_t"),
        tasks=_tasks(
            ("本棚のほこり取り", "玄関の掃き掃除"),
            ("窓ふき", "換気扇の掃除", "お風呂のカビ取り"),
            ("2LDKの大掃除", "引っ越し後の掃除"),
        ),
        areas=("下北沢", "横浜駅の近く", "京都市左京区", "吉祥寺"),
        name="{task}（{area}）",
        remarks=(
            "エレベーターがあります。",
            "道具はこちらで用意します。",
            "土曜日の午前中が希望です。",
            "猫が一匹います🐈",
        ),
    ),
    Language(
        weight=6,
        handles=("wei_chen", "xiaoming_l"),
        tasks=_tasks(("书房除尘",), ("擦窗户", "厨房去油污", "清洗冰箱"), ("三居室大扫除", "装修后保洁")),
        areas=("静安区", "海淀", "天河北路", "西湖边"),
        name="{area}{task}",
        remarks=("有电梯。", "工具自带。", "周末下午方便。", "大约三个小时。"),
    ),
    Language(
        weight=4,
        handles=("minjun_p",),
        tasks=_tasks(("원룸 먼지 청소",), ("창문 닦기", "욕실 청소"), ("이사 청소", "아파트 대청소")),
        areas=("마포구", "해운대", "분당", "홍대 근처"),
        name="{area} {task}",
        remarks=("엘리베이터 있어요.", "청소 도구 있습니다.", "평일 오전 선호합니다."),
    ),
    Language(
        weight=3,
        handles=("layla_h",),
        tasks=_tasks(
            ("إزالة الغبار عن الرفوف",), ("تنظيف النوافذ", "تنظيف المطبخ"), ("تنظيف شامل لشقة", "تنظيف بعد الانتقال")
        ),
        areas=("وسط المدينة", "الزمالك", "جبل عمان"),
        name="{task}، {area}",
        remarks=("يوجد مصعد.", "أدوات التنظيف متوفرة.", "يفضل يوم السبت صباحا."),
    ),
    Language(
        weight=2,
        handles=("noa_levi",),
        tasks=_tasks(("ניקוי אבק בסלון",), ("שטיפת חלונות", "ניקוי מטבח"), ("ניקיון יסודי לדירה",)),
        areas=("פלורנטין", "הכרמל", "רמת גן"),
        name="{task}, {area}",
        remarks=("יש מעלית.", "בשבת לא.", "חומרי הניקוי במקום."),
    ),
    Language(
        weight=2,
        handles=("oksana_b",),
        tasks=_tasks(
            ("Витерти пил у кабінеті",), ("Помити вікна 🪟", "Почистити духовку"), ("Прибирання після ремонту",)
        ),
        areas=("Поділ", "Львів, Сихів", "Одеса, Аркадія"),
        name="{task}, {area}",
        remarks=("Ліфт працює.", "Інвентар є.", "Краще в суботу зранку."),
    ),
)
