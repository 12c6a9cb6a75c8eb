"""Turkish, with dotless i kept and other marks left out, as `fold` leaves it."""

FULL = """
posta kutusu|kota|kullanıcı|alan|kutu|depolama … dolu|doldu|aştı|aşıldı|yetersiz|astı|asıldı
"""
TOO_BIG = """
ileti|mesaj|posta|boyut|ek … cok buyuk|boyutu aş|boyutu as|sınırını
"""
RELAY_DENIED = """
relay|aktarım|aktarma … reddedil|izin veril|yasak
"""
LOGIN = """
kimlik doğrulama|kimlik dogrulama|oturum acma
"""
SENDER = """
alıcı sizi engelle|alıcı tarafından engelle
gonderen|gonderici|gonderenin … reddedil|bulunamadı|gecersiz|bilinmiyor|mevcut değil|
    mevcut degil|doğrulan|dogrulan|engellen|yok$|izin veril
alıcı reddetti|alıcı tarafından reddedil
"""
RATE = """
cok fazla|limit|sınır … bağlantı|baglantı|ileti|mesaj|posta|gonder
cok hızlı|cok sık
"""
GREYLIST = """
gri liste
"""
BLOCKED = """
kara liste|itibar
ip$|ipaddress|ip adresi|sunucu … engellen|reddedil
"""
SPAM = """
spam|istenmeyen|supheli
"""
CONTENT = """
icerik|başlık|baslık|ek … reddedil|gecersiz|yasak|izin veril
"""
POLICY = """
politika|ilke|izin veril|yetki|guvenlik|yasak
"""
ENDED = """
hesap|posta kutusu|kullanıcı|adres|hesabı|alıcı … devre dısı|kapatıl|silin|silinmiş|silinmis|
    iptal|askıya alın|pasif|kaldırıl|kullanımda değil|kullanımda degil|artık kullanıl
"""
RESTING = """
hesap|posta kutusu|kullanıcı … kilit|donduruld|etkin değil|etkin degil|aktif değil|aktif degil
"""
SYSTEM = """
sunucu|sistem|hizmet … hata|kullanılamıyor|meşgul|mesgul
daha sonra tekrar
"""
NO_HOST = """
alan adı|etki alanı|domain|sunucu adı … bulunamadı|gecersiz|bilinmiyor|mevcut değil|
    mevcut degil|yok$
"""
NO_USER = """
kullanıcı|alıcı|adres|posta kutusu|hesap|RCPT … bulunamadı|bilinmiyor|mevcut değil|mevcut degil|
    gecersiz|yok$|tanımlı değil|tanımlı degil|tanınmıyor|bulunmuyor|bulunmamakta
bilinmeyen|gecersiz|boyle bir … kullanıcı|alıcı|adres|posta kutusu|hesap
"""
TEMPORARY = """
gecici|daha sonra|şu anda|su anda
"""
