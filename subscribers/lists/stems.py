"""Stems of the words that speak of leaving, consent, bouncing, in the languages tools export.

Written as `cells.folded` gives words: no case, no accents. A stem stands at the beginning of a
word; with `*` before it, anywhere in one, for languages that write words together; with `$` after
it, it is the whole word; `_` is a space. Scripts without spaces are searched anywhere.
"""

from __future__ import annotations

import enum


class About(enum.StrEnum):
    """What a column or a value speaks of."""

    LEAVING = "leaving"
    CONSENT = "consent"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    CONFIRMATION = "confirmation"
    BLOCK = "do not_contact"
    STATE = "state"
    UNKNOWN = "unknown"  # Codes under a header that says nothing.
    FILE = "file"  # The whole file is a list of people not to be mailed.
    ADDRESS = "address"  # Which of several columns is the address.


STEMS: dict[About, str] = {
    About.LEAVING: """
        *unsub *opt_out *optout opted_out remov left$ left_the leave$ leaving leaver quit$
        quits$ quitting cancel delet *deactivat *disabled terminat withdr revok gone$ exit$
        exited lapsed expired archived resigned stopped$ deceas no_longer former$ ex_member
        dropped closed$ *nonsub non_subscri not_subscri ended$ never_subscri inactiv dormant
        not_active *abmeld *abgemeldet *austrag *ausgetragen *abbestell *abbest *kundig *kuendig
        *gekund *gekuend *widerruf *gelosch *geloescht *losch *loesch *inaktiv *passiv *deaktiv
        entfernt *austritt *ausgetreten ausgeschieden verstorben storni beendet nicht_mehr
        desinscri desabonn resili supprim retir$ retire$ retiree$ quitte desactiv inactif
        inactiv annul radie$ radiee$ radiation decede$ sorti$ sortie$ parti$ plus_abonne baja$
        bajas$ desuscri dessuscri eliminad borrad retirad anulad revocad cancelad desapunt
        fallec darse_de descadastr dessubscri removid$ saiu$ saida$ inativ desativ excluid$
        excluido apagad desligad falec disiscri cancellat cancellaz rimoss rimozion disattiv
        inattiv disdett recess decedut eliminat revocat *uitgeschreven *uitschrij *afgemeld
        *afmeld opgezegd opzeg *verwijderd inactief beeindigd ingetrokken overled gestopt$
        *uitgetreden wypis rezygn zrezygn usuni skasow anulowan nieaktywn wyrejestr odsubskry
        wycofan odwolan opusci zmarl отпис удален удалён удален удалил удалё отказ отмен выбыл
        неактив деактив отозв аннулир отключ покинул умер выписан вышел 退会 解除 停止 削除 脱退
        解約 無効 退出 取消 取り消 キャンセル オプトアウト 除外 中止 終了 抹消 辞退 死亡 逝去
        해지 탈퇴 취소 삭제 중지 비활성 철회 해제 정지 옵트아웃 종료 사망 iptal ayril cikis
        cikti cikar cikan$ silin silindi$ silme$ pasif vefat vazgec kaldir sonlan abonelikten
        *avregistr *avanmal *avslut *avprenum *borttag uppsagd sagt_upp avbrut *avbest uttrad
        raderad lamnat avflyttad avliden slutat 退订 退訂 取消 取关 取關 已退 删除 刪除 停用
        停止 注销 註銷 离开 離開 退出 失效 撤回 解除 离职 流失 去世 逝世 frameld frameldt
        udmeldt afmeldt slettet avmeldt oppsagt peruut perunut perutt poistett poistunut eronnut
        lopett odhlas zrusen zrusil smazan neaktivn odebran leirat leiratk torolt torolve lemond
        dezabon anulat dezactiv διαγραφ διεγραφ απεγγραφ ακυρ ανενεργ відпис видал скасов вийшов
        ยกเลิก huy_dang_ky da_huy berhenti keluar$ batal הוסר בוטל הסר ביטול إلغاء ملغ محذوف
        un_subscri dimiss dimess fuoriuscit cessat ألغ *إلغ *ملغ غادر *انسح ยกเลิก ออกจาก ลบ
        huy_dang huy$ ngung רשימת_הסרה *הסר עזב लौट रद्द हटा لغو *وقف
        off_the_list left_us has_left have_left not_interest no_interest erasure
        forgotten passed_away revoc wycof
        уволил
        退職 離職 휴면 퇴사 tidak_aktif nonaktif διαγρ
        churned death dead_since member_until end_date ended_on einddatum enddatum
        atsisak loobu loobun de_baixa atteic odjav одјав ex_abo ex_subscri ex_suscri ex_assin
        ex_iscri
        former_sub former_mem former_reader ehemalige_abo ehemalige_les ancien_abonn
        ancienne_abonn
        *frakobl reservert reserver$ lahkunud lahkus odjav odhlas odsubskr atsisak nebenor izrakst
        donat_de_baixa donada_de_baixa baixa$ baixes вимкн відмов видален відключ
        припин покинув відхил вибув відкликан изключ прекрат напусн отказа премахн odjavlj otkaz
        napusti obris izbris iskljuc terpental tidak_berlangganan dihentikan dihapus mundur$
        แจ้งออก เลิกรับ roi_di da_xoa da_go นำออก معطل *عطل توقف *توقف فسخ منقضي منتهي *حذف
        *لغي انصرف ترک_ کناره समाप्त निष्क्रिय बंद הושבת לא_פעיל פרש ناشط_سابق 동의안 안함 해제
        동의_안 미수신 수신안 停權 除名 休眠 失联 流失 沉默 休会 配信不要 辞め 不希望 拒收 不接收
        不订 不訂 不需要 暂不 取消关注 vystup vyradit vymaz zruse kilep megszun lemondott inaktív
        dezactivat sters$ retras renunt plecat epatavo passiiv kustut peatat eemald passziv
        nepasyv pasyvus istrint neaktyv atsauk dzest pamest neaktiv amejitoa imezuiwa imefutwa""",
    About.CONSENT: """
        *consent permission permit *opt_in *optin *opted_in subscri accepts accept agree allow
        may_we can_we ok$ ok_to okay_to contactable lawful legal_basis *gdpr *newsletter
        marketing *mailing receives receive wants wish privacy stay_in_touch keep_me contact_me
        email_me write_to_you *einwillig *zustimm *zugestimmt *erlaub *genehmig *anschreib
        *kontaktier *dsgvo durfen durfe duerfen darf einverstand *werbung *bezieh *empfang abonn
        *angemeldet *anmeld *bezug *post_erhalten accord$ accords autoris abonn inscri *rgpd
        recevoir recoit souhait lettre$ lettres pouvons peut_on acept autoriz suscri permis
        permit recibir recibe boletin podemos desea quiere alta$ altas$ aceit assin$ assinante
        assinatura assinou inscri *lgpd receber recebe boletim consens accett autorizz iscri
        permess ricever riceve possiamo vuole desidera *toestem akkoord ingeschreven inschrij
        aangemeld aanmeld *avg$ mogen_we *nieuwsbrief ontvang zgod zgad subskr zapisan zapisy
        rodo$ akcept pozwol zezwol otrzym czy_mozemy biuletyn соглас подпис разреш рассыл можно
        получа хочет хочу 同意 承諾 許可 購読 配信 希望 受信 送信 送って 受け取 オプトイン
        メルマガ 可否 受取 동의 수신 구독 허용 마케팅 승낙 희망 뉴스레터 izin$ izni$ izin onay
        kabul abone riza$ rizasi kvkk bulten iletisim yazabil ister$ *samtyck godkan *prenumer
        tillat medgiv medgett far_vi onskar *utskick *nyhetsbrev 订阅 訂閱 许可 許可 授权 授權
        接收 允许 允許 愿意 願意 是否 可以 samtykk tilmeldt pameldt *nyhedsbrev suostum tilaaj
        souhlas odber hozzajarul feliratk acord$ abonat συγκαταθ εγγραφ згод подпис 동의 đồng_ý
        dang_ky setuju langganan הסכמה موافق اشتراك
        would_you would_like hear_from stay_inform keep_inform be_inform *mochten_sie *moechten_sie
        von_uns_hor rester_inform wilt_u vorrei vuoi gostaria chcesz chce_pan uutiskirj *مواف *اشترا
        *مشترك ยินยอม สมัคร רשום מנוי सहमति nhan_tin *خبرنامه
        can_email can_mail can_send mailable emailable mail_opt
        电子报 電子報 周报 週報 通讯 通訊 推送 邮件推广 광고 광고성 알림 정보_수신 案内 お知らせ
        お送り
        よろしい eposta_izni iys$ iys_ newsletteri wil_post wil_mail *samtykke *onsker pretplat
        pretplac pretplace prijavlj souhlas zajem odebir odeber feliratkoz hozzajar kivan szeretne
        abonare acord consimt vreau suostu tilaa lupa$ markkinointi nousole tellija tellimus
        uudiskiri sutikim prenumerat naujienlaisk piekrit abonet зголос згоден підписк розсилк
        отримув новини$ абонир абонамент съглас бюлетин συναιν ενημερωτικ דיוור הסכים מאשר
        *راغب *نشرة रुचि ไว้วางใจ ข่าวสาร รับข่าว dong_y ban_tin nhan_thu berlangganan bersedia
        langganan izin_email butlleti consentiment subscrit nyhetsmail subscrip""",
    About.BOUNCE: """
        *bounc *undeliver *deliverab unreachable invalid hard$ soft$ fail returned return$
        reject mailbox_full does_not_exist not_exist bad_address dead$ error malformed *cleaned
        clean$ email_error *unzustell *zustell *rucklauf *ruecklauf *rucklauf *ungultig
        *ungueltig *fehler unbekannt verzogen rebond npai$ injoign retour$ retourne erreur
        invalide non_distrib rebot devuelt devoluc inexist invalid no_entreg fallid retorn
        devolv rejeit invalid nao_entreg falh rimbalz respint errat errore$ non_valid
        non_recapit mancata_conseg onbestelbaar teruggestuurd ongeldig fout$ niet_bezorg odbit
        odbic zwrot zwroc zwroty niedostarcz bledn blad$ nieprawidl niedorecz возвра недостав
        отбит отброш ошибк невалид недейств несуществ недоступ не_достав バウンス 不達 エラー
        戻り 未達 届か 返送 不着 반송 오류 실패 유효하지 무효 반려 geri_don hata gecersiz ulasma
        ulasila iletileme teslim_edileme studs ogiltig retur$ felaktig returnera obestallbar
        退信 退回 无效 無效 弹回 彈回 错误 錯誤 失败 失敗 不存在 空号 退件 kimmahd palautu
        virheell nedoruc neplatn vracen visszapatt ervenytelen kezbesithetet respins invalid
        ακυρο επιστρο помилк невірн
        *مرتد غير_صالح *فشل ตีกลับ ไม่ถูกต้อง ล้มเหลว khong_hop_le חזר שגוי अमान्य smtp diagnos
        mail_returned came_back comes_back *zuruckgekomm kam_zuruck retour_mail bad_email bad_mail
        wrong_address wrong_email wrong_mail user_unknown unknown_user unknown_address no_such
        не_существ 无法送达 無法送達 宛先不明
        email_returned email_problem mail_problem reachable *erreichbar joignable
        硬弹 软弹 退件 退回 投递 送达 반송 수신불가 返戻 送信エラー erreur_de_livraison terpental
        gagal
        вернул повернен повернут недійсн недоставл невдал несъществ върнат невалид nevazec
        odbijen vracen vraten nedoruc neisporuc nedostavlj kezbesit visszakuld sikertelen hibas
        respins returnat esuat invalid toimittam palautunut kirje_tagas tagastat tagasi_tul kehtetu
        grazint nepristat negaliojan atgriez nepiegad nederig απορριφθ επιστραφ αποτυχ
        *برگشت *رد_شد *مرفوض *فاشل फेल बाउंस असफल वापस bi_tra_lai tra_lai that_bai ditolak rebotat
        retornat opgeschoond ตีกลับ ส่งไม่""",
    About.COMPLAINT: """
        *complain *spam abuse abuso junk fbl$ feedback_loop reported *beschwer missbrauch
        plainte plaint indesir pourriel queja denunci reclam queix segnala lament *klacht *klaag
        skarg zazal zglosz жалоб спам пожалов 苦情 迷惑 スパム 通報 クレーム 스팸 신고 불만 민원
        sikayet istenmeyen klagomal klagat *skrapp anmald_som 投诉 投訴 垃圾 举报 舉報 klage$
        klaget valitus stiznost panasz reclamat παραπον скарг
        *شكو *مزعج ร้องเรียน สแปม khieu_nai thu_rac תלונה ספאם शिकायत
        檢舉
        скарга скарг поскарж σκουπιδ ανεπιθυμητ הטרדה pritozb zalba zalb prituzb sudz kaebus
        skund оплак жалб keluhan aduan$ *roskapost rämpspost 垃圾邮件 民怨""",
    About.CONFIRMATION: """
        *confirm *verif valid$ validated validation activat activation$ *double_opt doi$ pending
        unactivat awaiting waiting unvalid *bestatig *bestaetig *freigeschalt *aktivier
        ausstehend wartend valide$ validee$ valider en_attente attente$ activation active
        pendiente validad activad pendente attesa conferm convalid in_attesa *bevestig *geverifi
        *gevalid wacht$ in_afwachting potwierdz zweryfik aktywow oczekuj niepotwierdz подтвер
        провер активир ожида 確認 認証 承認 本登録 仮登録 待ち 保留 未登録 확인 인증 승인 대기
        가입대기 dogrula onayl teyit bekl *bekraft vantar vantande aktiver 确认 確認 验证 驗證
        激活 审核 審核 待定 等待 bekraeft vahvist potvrz overen megerosit confirmat επιβεβαι
        підтвер очіку
        *معلق *انتظار *تأكيد *مؤكد รอยืนยัน ยืนยัน cho_xac_nhan xac_nhan ממתין אישור लंबित
        nepotvrz
        validity valido valida$
        neconfirmat neconfirm vahvistam kinnitam kinnitus nepatvirtin patvirt neapstiprin apstiprin
        megerosit ceka$ cekaj cekan potrjen nepotrjen potvrd nepotvrd непідтв непотвърд потвърд
        изчакв επιβεβαιω εκκρεμ *تایید *انتظار *بانتظار dang_cho dikonfirmasi konfirmasi
        menunggu do_aktyw por_confirmar porconfirmar pendent 未验证 未驗證 未認証 인증대기 미인증
        onbevestigd ubekreft ubekraeft ikke_bekr obekraft""",
    About.BLOCK: """
        *block *blacklist *blocklist *denylist *suppress ban$ banned do_not dont don_t dnc$ dnm$
        dne$ no_mail nomail no_email noemail no_e_mail no_contact no_newsletter not_contact
        never_contact exclud exclusion on_hold *onhold hold$ stop$ to_stop please_stop stop_mail
        stop_send no_more mute$ muted paused pause$ frozen freeze quarantin denied deny refus
        declin reject objection object$ objected robinson restrict prohibit unwilling *unwanted
        not_allowed not_want *disallow snooz *lockout locked *suspend *sperr *blockier
        *verweiger *abgelehnt *ablehn schwarz *ausschlu *ausgeschloss *widerspr keine$ kein$
        nicht$ *robinson *gestoppt verbot *pausier *untersag bloqu ne_pas refus oppos interdit
        exclu liste_noire suspend pas_de sans$ non$ no_contactar no_enviar no_molest no_desea
        no_quiere rechaz lista_negra lista_robinson prohib exclui no_escrib nao$ recus proibi
        lista blocc non$ rifiut esclus oppos lista_nera sospes nega$ negato vietat *geblok niet$
        geen$ weiger geweiger uitgeslot bezwaar zwarte$ *afgewezen zablok blokad *zablokow nie$
        odmow sprzeciw wyklucz czarna wstrzym zawiesz zakaz блок заблок не$ чёрн черн запре
        запрещ стоп исключ приостан против возраж нельзя 禁止 拒否 ブロック 不可 不要 停
        送信しない 送らない しない ブラック 配信否 望まない 希望しない 차단 금지 거부 거절 보류
        제외 불가 블랙 원치 않 engel kara_liste yasak reddet istemi beklet askida gonderme
        almak_istem *sparr neka$ nekat nekar *avboj undantag svart *pausad inte$ ej$ stoppad
        vill_inte avstar 屏蔽 黑名单 黑名單 禁 拉黑 封锁 封鎖 拒 勿 不要 不接 暂停 暫停 冻结
        凍結 免打扰 不发 不發 不愿 不想 不同意 ikke blokeret estett ei$ kielt nechce blokov
        letilt tilt$ tiltva nu_dore αποκλ μην заборон blokir
        black_list block_list *حظر *محظور บล็อก ระงับ chan$ bi_chan חסום अवरुद्ध
        keinen$ 不再 别再 別再 不願 同意なし 同意しない 未同意 미동의 보내지_마 tps$ mps$
        заблок чорн чорном заборон небажан зупин призупин блокир забран спиран черен црн zabran
        zakazan blokir diblokir dicegah tam_dung bi_khoa bi_chan cam_gui *يرغب *لا_ير *ممنوع *مسدود
        *ایست *مسدود रोक प्रतिबंध वर्जित ขอไม่ ห้าม งดส่ง צנזור אסור חסומ מושהה blockiert estää
        estetty blokeer keela keelat blokuot uzblok bloket noblok tiltolis felfugg letilt blocat
        suspendat interzis blocat nechc neposil nezasil nekontakt nezelaj nenori nesius nevelas
        nesut neslat nesalji ne_zel ne_salj reservasj reservert_mot blocat$ vetat
        保留 停用 屏蔽 免打擾 勿扰 勿擾 勿寄 勿发 不可发 送信不可 メール不可 連絡不可 보내지
        보내지마
        발송금지 발송_금지 연락금지 더_이상 停權 限制 受限""",
    About.STATE: """
        *status state statut etat estado stato zustand stan$ situac situaz situation condition
        standing *active activ aktiv$ aktive$ *aktiv attiv$ attivo attivi ativo actief aktyw
        актив aktif enabled статус состоян 状態 ステータス 有効 상태 활성 유효 durum 状态 狀態
        有效 激活 类型状态 κατασταση stav$ tila$ allapot stare$ stadiu mitgliedsstatus
        *حالة สถานะ trang_thai סטטוס מצב$ стан$ स्थिति *وضعیت
        actif$ actifs$
        стан κατασταση stav$ tila$ tilanne olek$ seisund busena bukle statuss stavok stanje
        състояни състоян сътоян położenie estat$ estats keadaan hali$ ahvol *الوضع *وضع$ *الحال
        *حالة tinh_trang สภาพ สถานภาพ מצב_ סטאטוס दशा allapota olat$ stare$ статусы ステイタス
        配信状況
        状況 現況 현황 여부 情况 狀況 状况 フラグ code_etat aktywn aktyvus aktyv
        активний вимкнений дійсн активен فعال *فعال نشط""",
}

# Of values only: beside other words these say too little to ask a person for each.
WEAK = """
    hard$ soft$ hold$ stop$ left$ leave$ leaving lista svart activ activation$ activation
    delivery error fail return$ returned retour$ retur$ closed$ dropped former$ expired archived
    ended$ gone$ exit$ exited quit pause$ valide$ valider validation attente$ 停 封锁 不可 不要
    可以 是否 禁 拒 勿 ban$ object$ oppos exclu lament reclam denunci blad blad$ parti$ sorti$
    sortie$ plus_abonne saida$ accept allow *losch *loesch radiation retire$ retir$ clean$ dead$
    tilt$ klage$ reject declin restrict suspend locked stopped$ terminat abuse junk abuso cikar
    reported confirm hata fout$ nega$ recess alcune conseg rejeit retorn ok$ waiting *verif"""
# A no before or after a word for consent or a wish: "does not_want", "vill_inte", "nie chce".
NOT = """
    no$ not$ don$ dont$ never$ non$ nao$ nie$ не$ niet$ geen$ nicht$ kein$ keine$ ej$ inte$
    ikke$ ei$ sem$ sans$ without$ jamais$ nunca$ jamas$ nem$ nu$ ne$ mitte$ ara$ aldrig$
    nooit$ nigdy$ soha$ niciodata$ bez$ senza$ zonder$ ohne$ uden$ uten$ utan$ fara$ sin$
    sense$ ez$ hapana$ huwag$ ayaw$ degil$ yok$ hayir$ ні$ ни$ нет$ без$ δεν$ δε$ μην$
    μη$ οχι$ χωρις$ لا$ لم$ لن$ ليس$ غير$ بدون$ عدم$ *نمی *نخواه לא$ אל$ אין$ בלי$ नहीं$ नही$ मत$
    khong$ chua$ dung$ tidak$ jangan$ bukan$ tanpa$ belum$ 不 勿 未 无 無 非 别 別 莫 毋 ない
    ません ず なし 않 못 말아 말것 안함 동의안 말라 아니 없 미동의 ไม่ อย่า งด"""
WISH = """
    want wish mail e mail email newsletter contact write send desea quiere enviar escrib deseja
    quer$ receb contat escrev vuole desider contatt scriv wil$ wens wenst mailen chce zycz pisac
    wysyl kontakt хочет хочу жела писать беспок отправ vill onska skriva veut souhait ecrire
    mocht will$ schreib anschreib vil$ halua vol$ vull$ desitja rebre correu post$ posta$ pismo
    message mensaje mensagem messagg bericht wiadomos brev$ viesti letter nachricht
    бажа хоче писат надсил турбув листи$ письм присыл слать
    шлите звон желае получав иска$ пиша
    doreste vrea trimit mesaj soovi saada kirju nori siust laisk vel$ velas sutit zeli$ zelim
    zelja salji slati posilj pretpl zasil posil novink zajem ker$ kuld level leveleket kivan
    istiyor iste$ gonder mektup ileti posta haluaa postia lahet θελ στελν μηνυμα ενημερωσ επικοινων
    رسائل *ريد *رغب *رسال *راسل *تواصل بريد *خواه *ایمیل *پیام לקבל לשלוח מעוניין מייל דיוור רוצה
    चाहत ईमेल भेज संपर्क संदेश muon gui$ nhan$ thu$ lien_he mau$ ingin kirim terima hubungi dikirim
    要 发 發 送 寄 收 扰 擾 联系 聯繫 聯絡 打扰 訂 订 欲 不用 希望 必要 連絡 欲し 보내 받 연락 원
    발송 수신 메일 ต้องการ ส่ง รับ ติดต่อ"""

# Headers of what a list says of people besides: whatever stands there, it is no state.
PLAIN = """
    name$ names$ *name first$ last$ middle$ surname forename given$ family$ nick full$
    salutation title titel titre titulo titolo tytul prefix suffix anrede gender sex$ geschlecht
    geslacht kon$ kjonn plec genre genere sesso sexo cinsiyet пол$ 性别 性別 성별 vorname
    nachname *vorname *nachname zuname prenom nom$ noms$ nombre nombres apellid sobrenome nome$
    cognome voornaam achternaam naam$ nimi$ etunimi sukunimi nev$ keresztnev vezeteknev jmeno
    prijmeni nume$ prenume navn$ fornavn etternavn efternavn ονομα επωνυμο ім прізвищ kaupunki
    varos mesto oras$ orasul by$ πολη місто imie nazwisk имя фамил отчест 名$ 姓 氏名 名前 名称 昵称
    暱稱 名字 称呼 이름 성명 성함 ad$ adi$ soyad isim fornamn efternamn namn$ company organi
    firm$ firma *firma employer business entreprise societe empresa compania azienda societa
    bedrijf компан организ 会社 회사 sirket kurum foretag 公司 单位 單位 組織 部署 job role
    position occupation profession beruf funktion department abteilung fonction poste$ cargo
    puesto ruolo должн 役職 직책 unvan 职位 職稱 职务 職務 部门 linked_in *nummer nationalit diet
    allerg shirt jahrgang school universit faculty church parish chapter branch club team year jahr
    annee ano$ rok$ 得分 балл plaats city town village ville$ stadt$ ort$ wohnort ciudad cidade
    citta stad$ miasto город 市 도시 sehir staden 城市 都市 country land$ pays$ pais$ paese kraj$
    страна 国 國 나라 국가 ulke region province provinc county district bundesland departement
    省 県 地区 지역 bolge il$ ilce$ lan$ address2 street strasse *strasse rue$ adresse$ calle
    rua$ endereco direccion indirizzo via$ adres ulica улица адрес 住所 주소 adres gata$ 地址
    zip$ zipcode postal postcode postleit plz$ cp$ cap$ postnummer code_postal kod_poczt индекс
    郵便 邮编 우편 posta_kod phone tel$ telefon telephone telefono mobile mobil$
    mobiltelefon handy cell$ fax sms$ whatsapp gsm$ телефон 電話 电话 手机 手機 전화 휴대 birth
    birthday dob$ geburt *geburt naissance nacimiento nascimento nascita geboorte urodz рожден
    生日 生年 생년 생일 dogum fodel age$ alter$ edad idade eta$ leeftijd wiek 年龄 年齡 나이
    возраст language lang$ locale sprache langue idioma lingua taal jezyk язык 语言 語言 言語
    언어 dil$ sprak timezone time_zone tz$ gmtoff dstoff utc_offset score rating stars *rating
    punkte points points$ engagement rank level score$ punteggio puntuacion pontuacao wynik
    оценк 点数 评分 評分 점수 puan$ puani poang id$ userid memberid contactid subscriberid
    customerid
    uuid$ guid euid$ leid$ number nummer$ numero$ no$ nr$ key$ hash$ token index row$ zeile 编号
    編號 番号 번호 номер created creation date_added added$ angelegt erstellt erfasst imported
    import$ modified updated update last_changed changed geandert last_seen last_activ last_open
    last_click last_sent last_login opens clicks opened clicked sends sent$ orders order$
    purchas spent$ amount price revenue ltv lifetime value total average count$ counts visits
    created_at
    registered registration register$ signup sign_up signed_up joined join_date since seit$
    date$ datum$ fecha$ дата$ 日付 日期 日時 登録日 가입일 등록일 kayit_tarih inskriven skapad
    ip$ ip_address latitude longitude lat$ lng$ lon$ geo$ location url$ website web_site
    webseite homepage link$ site_web sitio sito strona сайт ウェブ 网站 網站 twitter facebook
    linkedin instagram github avatar photo picture image utm referr stripe price currency expir
    invoice renew trial donat spend
    purchase payment$ visit event next_ last_ html$ htmlemail format$
    user_agent browser device client$ os$ color colour farbe size groesse hobby beruf vip$
    children kinder
    open_rate click_rate ctr$
    quantity qty$ checked_in check_in 2fa mfa sso private$ sensitivity priority$ currency is_bot
    bot$ follows delinquent paying$ visibility
    charge pledge patron patronage attendee ticket billing fullname
    email_type e_mail_type mail_type mailtype e_mail_typ mail_typ type_de_messag type_d_adresse
    tipo_de_correo tipo_di_posta tipo_posta tipo_de_email 電子メールの種類 郵件類型 邮件类型
    cellular celular movil$ telemovel portable natel komork 携帯 matkapuh κινητ mobitel
    balance saldo solde kontostand 余额 餘額 残高 잔액 баланс bakiye content_type file_type
    phone_type address_type
    побатьк додано створен мова$ мови країн вік$ стать$ посад държав град$ език фамилн възраст пол$
    prezime priimek drzava jezik datum$ tvrtka podjetje meno$ priezvisko obec zeme$ zem$ krajina
    jazyk vek$ pohlavi pohlavie spolecnost spolocnost psc$ ulice ulica narozen orszag nyelv ceg$
    szuletes eletkor kor$ iranyitoszam beosztas tara$ limba varsta companie judet
    functia χωρα γλωσσα ημερομην ηλικια εταιρ τηλεφων διευθυνσ φυλο maa$ kieli paiva$ paivamaara
    syntym ika$ yritys puhelin osoite sukupuoli eesnimi perenimi linn$ riik$ keel$ kuupaev vanus
    ettevote aadress vardas pavarde miestas salis kalba amzius imone telefonas adresas vards uzvards
    pilseta valsts valoda datums vecums uznemums talrunis adrese dato$ alder$ virksomhed bedrift
    stilling sprog$ sprak tarih$ yas$ sirket cinsiyet
    اسم الاسم *مدينة بلد$ *دولة *لغة تاريخ_ال *عمر$ *هاتف *جوال *شركة *عنوان *جنس$ *مهنة שם$ שם_
    משפחה
    עיר$ מדינה שפה תאריך$ גיל$ טלפון נייד חברה כתובת תפקיד نام$ نام_ *شهر *کشور *زبان *تلفن *آدرس
    नाम शहर देश भाषा आयु फोन पता ชื่อ นามสกุล เมือง จังหวัด ประเทศ ภาษา อายุ โทรศัพท์ บริษัท ที่อยู่
    เพศ
    ho_ten ho_va_ten ten$ thanh_pho quoc_gia ngon_ngu tuoi$ dien_thoai cong_ty dia_chi gioi_tinh
    nama$ nama_ kota$ negara bahasa usia$ umur telepon perusahaan alamat cognoms ciutat llengua
    edat$ empresa telefon jina$
    ふりがな フリガナ カナ 読み 生年月日 年代 年齢 都道府県 市区町村 更新日 会員番号 タイムスタンプ
    지역 나이 직업 부서 학교 연락처 생일 닉네임 별명
    序号 提交时间 创建时间 更新时间 学校 专业 行业 学历 微信号 积分"""

# Headers of what sorts or annotates people: their words may speak of a state, their codes do not.
LABELS = """
    group gruppe grupp groupe grupo gruppo groep grupa группа 组 組 グループ 그룹 grup segment
    list$ lists liste lista listen lijst 列表 リスト 명단 tag tags label etiket etiquet schlagw
    标签 標籤 タグ 태그 note notiz notat comment komment remark bemerk anmerk opmerk uwagi
    коммент примеч 备注 備註 備考 메모 비고 category categor kategor class klasse topic theme
    thema interest plan$ tier tiers subscription_tier product membership level package paket
    paid$ source$ referral origin$ channel campaign$ medium$ herkunft quelle origine fuente
    fonte bron$ zrodlo источник 来源 來源 出典 kaynak kalla message
    渠道 类型 類型 类别 等级 等級 種別 区分 カテゴリ 経路 登録経路 경로 분류 등급 유형 relationship
    reading_list interest_ cohort"""

# Of those, the ones in which people write what they like.
NOTES = """
    note notiz notat comment komment remark bemerk anmerk opmerk uwagi коммент примеч 备注 備註
    備考 メモ 메모 비고 message observa anotac remarqu osserva"""
# Headers that stand for themselves: why. Alone they say why somebody left.
REASONS = """
    reason reasons grund gründe raison motif motivo razón razon motivazione reden powód причина
    причины 理由 原因 사유 sebep neden orsak årsag syy důvod αιτία"""
# What came of something: the words under these may say that somebody left, whatever else the
# header names.
OUTCOMES = """
    result outcome response event$ activity$ action$ ergebnis ereignis aktion$ resultat resultad
    evenement risultat evento$ resposta respuesta reponse risposta результат событи ответ действие
    结果 結果 事件 动作 動作 回复 返信 결과 이벤트 응답 sonuc odpoved wynik_wysyl"""
# Who has not confirmed yet, said of many: a file of them is no list of readers.
WAITING = """
    pending *unconfirm *unverif *unvalid *unactivat awaiting not_confirm not_verif not_activ
    ausstehend *unbestatig *unbestaetig nicht_bestat en_attente attente$ non_confirm pendiente
    pendente no_confirm nao_confirm sin_confirm in_attesa in_afwachting *onbevestig niet_bevestig
    oczekuj niepotwierdz ожида неподтвер не_подтвер непідтв непотвърд nepotvrd nepotvrz obekraft
    ubekreft ubekraeft vahvistamat onaylanmam onay_bekl 待确认 待確認 未确认 未確認 未验证 未驗證
    未认证 未認証 未激活 仮登録 미확인 미인증 대기 รอยืนยัน chua_xac_nhan"""
# How languages ask for a yes or no, with or without a mark: by a particle or by the verb in front.
YES_OR_NO = r"""
    ^\ (?:do|does|did|may|can|could|would|will|shall|should|are|is|have|has)\ (?:you|we|i)\b
    |^\ (?:durfen|darf|konnen|mochten|mochtest|wollen|willst|sollen|soll|sind|bist|haben|hast)
        \ (?:wir|sie|du|ich|ihr)\b
    |^\ (?:est\ ce\ que|\w+\ (?:vous|tu|nous)|czy|чи|da\ li|kas|vai|ar|ci|oare|cu|je|apakah|\w+kah
        |هل|آیا|האם|क्या)\ |^\ \w+(?:ko|tteko|mmeko)\b|\ (?:ли|li)\b
    |\ m[iu](?:siniz|sunuz|sin|sun|yiz|yuz|yim)?$|\ khong$
    |[吗么嗎麼]$|是否|要不要|能否|可否|愿不愿|願不願|ไหม$|มั้ย$|หรือไม่$|หรือเปล่า$"""
# Any question, also for a name or a number.
ANY_QUESTION = "か$|(?:까|까요|나요|가요|래요)$"
# How, by what or where somebody signed up or confirmed.
CIRCUMSTANCES = """
    method channel origin campaign via$ device medium methode kanal weg$ canal metodo canale
    kanaal sposob kanal$ способ канал 方式 渠道 方法 경로 방법 yontem"""
LAST = """
    last latest letzt dernier ultim laatst ostatni последн senast siste sidste viimei posled utolso
    最后 最後 最近 最終 마지막 최근 son$"""
ACTIVITY = """
    activ aktiv attivit actief aktyw актив aktif active 活动 活動 活跃 活躍 アクティ 활동"""
# Said in full, in small letters as they stand, these speak under any header, even beside a name:
# "Ann Lee (UNSUBSCRIBED)".
LOUD = """
    unsub|opt out|opt-out|opted out|opted-out|optout|bounced|do not email|do not mail
    |do not e-mail|do not contact|do not send|don't email|don't mail|don't contact|no emails
    |no mailings|abgemeldet|abbestellt|keine mail|keine e-mail|keine werbung|nicht anschreiben
    |désinscri|desinscri|désabonn|desabonn|ne pas contacter|ne plus envoyer|dado de baja
    |dada de baja|desuscri|dessuscri|no enviar|no contactar|descadastr|não enviar|nao enviar
    |não contat|disiscri|non inviare|non contattare|uitgeschreven|afgemeld|niet mailen|wypisan
    |nie wysyłać|odhlášen|leiratkoz|dezabonat|avregistrerad|avmeldt|frameldt|отпис|не писать
    |не отправлять|не беспокоить|відпис|не надсилати|не писати|退订|退訂|取消订阅|取消訂閱|勿发
    |勿發|勿扰|勿擾|不要发|退会|配信停止|配信不要|配信解除|送信不可|수신거부|수신 거부|탈퇴
    |abonelikten|ألغى الاشتراك|إلغاء الاشتراك|suppressed|suppression list|blacklisted|blocklisted
    |denylisted|hard bounce|hard-bounce|spam complaint|marked as spam|reported spam|remove me
    |take me off|stop mailing|stop emailing|no longer subscribed|auf der sperrliste|blackliste
    |liste noire|lista negra|lista nera|zwarte lijst|czarna lista|kara liste|чёрный список
    |черный список|чёрном списке|черном списке|чорний список|黑名单|黑名單|拒收|拒绝接收|拒絕接收
    |不再接收|投诉|投訴|不要再发|配信拒否|受信拒否|ブラックリスト|블랙리스트|수신차단"""
