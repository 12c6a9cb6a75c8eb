"""Turkish, Polish, Ukrainian, Dutch, Vietnamese, Indonesian, Arabic, Persian."""

from .words import described

TURKISH = described(
    {
        "category": ("kategori", "bölüm"), "source": ("kaynak", "kaynaklar"),
        "link": ("bağlantı", "devamını oku", "haberin devamı"), "date": ("tarih", "yayın tarihi"),
        "summary": ("özet",), "author": ("yazar", "yazarlar", "yazan"),
        "tags": ("etiketler", "anahtar kelimeler"), "score": ("puan",),
        "related": ("ayrıca bakınız", "ilgili"), "comments": ("yorumlar",),
    },
    ("giriş", "önsöz", "merhaba", "hoş geldiniz", "özet", "kısaca", "bir bakışta", "genel bakış"),
    ("içindekiler", "bu sayıda"),
    ("devamını oku", "detaylar", "bağlantı", "buradan", "burada", "link"),
    ("kaynaklar", "kaynakça", "referanslar"),
    ("sonuç", "kapanış", "son söz", "görüşmek üzere"),
    ("bugünün", "günün", "haftanın", "bu haftanın", "bu hafta"),
    ("bülten", "haftalık", "günlük", "rapor", "haberler", "sayı"),
    title_columns=("başlık", "makale",),
)  # fmt: skip
POLISH = described(
    {
        "category": ("kategoria", "dział"), "source": ("źródło", "źródła"),
        "link": ("odnośnik", "czytaj więcej", "czytaj dalej"),
        "date": ("data publikacji", "opublikowano"),
        "summary": ("streszczenie", "podsumowanie"), "author": ("autor", "autorka", "autorzy"),
        "tags": ("tagi", "słowa kluczowe"), "score": ("ocena",),
        "related": ("zobacz też", "zobacz także"), "comments": ("komentarze", "dyskusja"),
    },
    ("wstęp", "wprowadzenie", "witaj", "witajcie", "od redakcji", "w skrócie", "podsumowanie"),
    ("spis treści", "w tym numerze"),
    ("czytaj więcej", "czytaj dalej", "więcej", "tutaj", "odnośnik"),
    ("źródła", "bibliografia", "przypisy", "odnośniki"),
    ("zakończenie", "na koniec", "do zobaczenia", "podsumowanie"),
    ("dnia", "dzisiejszy", "tygodnia", "w tym tygodniu"),
    ("biuletyn", "tygodnik", "prasówka", "raport", "wydanie", "numer", "przegląd"),
    title_columns=("tytuł", "artykuł",),
)  # fmt: skip
UKRAINIAN = described(
    {
        "category": ("категорія", "рубрика", "розділ"), "source": ("джерело", "джерела"),
        "link": ("посилання", "читати далі"), "date": ("дата", "опубліковано"),
        "summary": ("стисло", "підсумок"), "author": ("автор", "авторка", "автори"),
        "tags": ("теги", "мітки", "ключові слова"), "score": ("оцінка",),
        "related": ("див. також",), "comments": ("коментарі", "обговорення"),
    },
    ("вступ", "від редакції", "привіт", "передмова", "огляд", "коротко", "стисло", "головне"),
    ("зміст", "у цьому випуску"),
    ("читати далі", "докладніше", "посилання", "тут"),
    ("джерела", "література", "список джерел"),
    ("підсумки", "висновки", "післямова", "до зустрічі"),
    ("дня", "сьогодні", "тижня", "за тиждень"),
    ("дайджест", "випуск", "звіт", "огляд", "щоденний", "щотижневий"),
    title_columns=("заголовок", "назва", "стаття",),
)  # fmt: skip
DUTCH = described(
    {
        "category": ("categorie", "rubriek"), "source": ("bron", "bronnen"),
        "link": ("lees meer", "lees verder"), "date": ("datum", "gepubliceerd"),
        "summary": ("samenvatting",), "author": ("auteur", "auteurs"),
        "tags": ("trefwoorden",), "score": ("beoordeling",),
        "related": ("zie ook",), "comments": ("reacties", "discussie"),
    },
    ("inleiding", "voorwoord", "welkom", "hallo", "samenvatting", "in het kort", "overzicht"),
    ("inhoud", "inhoudsopgave", "in dit nummer"),
    ("lees meer", "lees verder", "meer", "hier"),
    ("bronnen", "referenties", "bronvermelding"),
    ("slotwoord", "tot slot", "conclusie", "tot volgende week"),
    ("van de dag", "vandaag", "van de week", "deze week"),
    ("nieuwsbrief", "weekbericht", "dagbericht", "rapport", "editie", "nummer"),
    title_columns=("titel", "artikel",),
)  # fmt: skip
VIETNAMESE = described(
    {
        "category": ("chuyên mục", "danh mục", "thể loại"), "source": ("nguồn", "nguồn tin"),
        "link": ("liên kết", "đường dẫn", "xem thêm", "đọc thêm"),
        "date": ("ngày", "ngày đăng", "đăng"),
        "summary": ("tóm tắt",), "author": ("tác giả",), "tags": ("thẻ", "từ khóa", "từ khoá"),
        "score": ("điểm", "đánh giá"), "related": ("liên quan",), "comments": ("bình luận",),
    },
    ("giới thiệu", "lời mở đầu", "lời nói đầu", "xin chào", "tóm tắt", "tổng quan", "điểm nhấn"),
    ("mục lục", "nội dung", "trong số này"),
    ("xem thêm", "đọc thêm", "chi tiết", "xem chi tiết", "tại đây", "liên kết"),
    ("nguồn", "nguồn tham khảo", "tài liệu tham khảo", "tham khảo"),
    ("lời kết", "kết luận", "tổng kết", "hẹn gặp lại"),
    ("hôm nay", "trong ngày", "tuần này", "trong tuần"),
    ("bản tin", "điểm tin", "báo cáo", "tin tức", "số"),
    title_columns=("tiêu đề", "bài viết",),
)  # fmt: skip
INDONESIAN = described(
    {
        "category": ("kategori", "rubrik"), "source": ("sumber",),
        "link": ("tautan", "baca selengkapnya", "selengkapnya"),
        "date": ("tanggal", "diterbitkan"),
        "summary": ("ringkasan",), "author": ("penulis", "oleh"), "tags": ("kata kunci",),
        "score": ("skor", "nilai"), "related": ("lihat juga", "terkait"),
        "comments": ("komentar", "diskusi"),
    },
    ("pengantar", "kata pengantar", "pendahuluan", "selamat datang", "ringkasan", "sekilas"),
    ("daftar isi", "isi", "dalam edisi ini"),
    ("baca selengkapnya", "selengkapnya", "baca", "di sini", "tautan"),
    ("referensi", "sumber", "daftar pustaka"),
    ("penutup", "kesimpulan", "sampai jumpa"),
    ("hari ini", "minggu ini", "pekan ini"),
    ("buletin", "mingguan", "harian", "laporan", "berita", "edisi"),
    title_columns=("judul", "artikel",),
)  # fmt: skip
ARABIC = described(
    {
        "category": ("التصنيف", "القسم"), "source": ("المصدر", "المصادر", "مصدر"),
        "link": ("الرابط", "رابط", "اقرأ المزيد"), "date": ("التاريخ", "تاريخ النشر"),
        "summary": ("الملخص", "ملخص"), "author": ("الكاتب", "المؤلف", "بقلم"),
        "tags": ("الوسوم", "وسوم", "الكلمات المفتاحية"), "score": ("التقييم",),
        "related": ("انظر أيضا", "انظر أيضًا", "ذات صلة"), "comments": ("التعليقات",),
    },
    ("مقدمة", "المقدمة", "افتتاحية", "مرحبا", "مرحبًا", "ملخص", "نظرة عامة", "باختصار"),
    ("المحتويات", "الفهرس", "في هذا العدد"),
    ("اقرأ المزيد", "المزيد", "هنا", "الرابط", "رابط"),
    ("المصادر", "المراجع"),
    ("الخاتمة", "خاتمة", "في الختام", "إلى اللقاء"),
    ("اليوم", "هذا الأسبوع", "الأسبوع"),
    ("نشرة", "النشرة", "تقرير", "موجز", "عدد", "العدد"),
    title_columns=("العنوان", "المقال",),
)  # fmt: skip
PERSIAN = described(
    {
        "category": ("دسته", "دسته‌بندی", "بخش"), "source": ("منبع", "منابع"),
        "link": ("پیوند", "لینک", "ادامه مطلب"), "date": ("تاریخ", "تاریخ انتشار"),
        "summary": ("خلاصه", "چکیده"), "author": ("نویسنده", "نویسندگان"),
        "tags": ("برچسب‌ها", "برچسب", "کلیدواژه‌ها"), "score": ("امتیاز",),
        "related": ("همچنین ببینید", "مرتبط"), "comments": ("نظرات", "دیدگاه‌ها"),
    },
    ("مقدمه", "سرمقاله", "سلام", "خوش آمدید", "خلاصه", "در یک نگاه"),
    ("فهرست", "فهرست مطالب", "در این شماره"),
    ("ادامه مطلب", "بیشتر بخوانید", "اینجا", "لینک", "پیوند"),
    ("منابع", "مراجع"),
    ("سخن پایانی", "جمع‌بندی", "پایان"),
    ("امروز", "روز", "هفته", "این هفته"),
    ("خبرنامه", "هفته‌نامه", "گزارش", "شماره"),
    title_columns=("عنوان", "مقاله",),
)  # fmt: skip
