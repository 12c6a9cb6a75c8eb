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
        off_the_list left_us not_interest no_interest erasure forgotten passed_away revoc wycof
        уволил
        退職 離職 휴면 퇴사 tidak_aktif nonaktif διαγρ
        churned death dead_since member_until end_date ended_on einddatum enddatum
        atsisak loobu loobun de_baixa atteic odjav одјав ex_abo ex_subscri ex_suscri ex_assin
        ex_iscri
        former_sub former_mem former_reader ehemalige_abo ehemalige_les ancien_abonn
        ancienne_abonn""",
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
        can_email can_mail can_send mailable emailable mail_opt""",
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
        email_returned email_problem mail_problem reachable *erreichbar joignable""",
    About.COMPLAINT: """
        *complain *spam abuse abuso junk fbl$ feedback_loop reported *beschwer missbrauch
        plainte plaint indesir pourriel queja denunci reclam queix segnala lament *klacht *klaag
        skarg zazal zglosz жалоб спам пожалов 苦情 迷惑 スパム 通報 クレーム 스팸 신고 불만 민원
        sikayet istenmeyen klagomal klagat *skrapp anmald_som 投诉 投訴 垃圾 举报 舉報 klage$
        klaget valitus stiznost panasz reclamat παραπον скарг
        *شكو *مزعج ร้องเรียน สแปม khieu_nai thu_rac תלונה ספאם शिकायत
        檢舉""",
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
        validity valido valida$""",
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
        keinen$ 不再 别再 別再 不願 同意なし 同意しない 未同意 미동의 보내지_마 tps$ mps$""",
    About.STATE: """
        *status state statut etat estado stato zustand stan$ situac situaz situation condition
        standing *active activ aktiv$ aktive$ *aktiv attiv$ attivo attivi ativo actief aktyw
        актив aktif enabled статус состоян 状態 ステータス 有効 상태 활성 유효 durum 状态 狀態
        有效 激活 类型状态 κατασταση stav$ tila$ allapot stare$ stadiu mitgliedsstatus
        *حالة สถานะ trang_thai סטטוס מצב$ стан$ स्थिति *وضعیت
        actif$ actifs$""",
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
    no$ not$ don$ dont$ never$ non$ ne$ nao$ nie$ не$ niet$ geen$ nicht$ kein$ keine$ ej$ inte$
    ikke$ ei$ sem$ sans$"""
WISH = """
    want wish mail e mail email newsletter contact write send desea quiere enviar escrib deseja
    quer$ receb contat escrev vuole desider contatt scriv wil$ wens wenst mailen chce zycz pisac
    wysyl kontakt хочет хочу жела писать беспок отправ vill onska skriva veut souhait ecrire
    mocht will$ schreib anschreib vil$ halua"""

# Headers of what a list says of people besides: whatever stands there, it is no state.
PLAIN = """
    name$ names$ *name first$ last$ middle$ surname forename given$ family$ nick full$
    salutation title titel titre titulo titolo tytul prefix suffix anrede gender sex$ geschlecht
    geslacht kon$ kjonn plec genre genere sesso sexo cinsiyet пол$ 性别 性別 성별 vorname
    nachname *vorname *nachname zuname prenom nom$ noms$ nombre nombres apellid sobrenome nome$
    cognome voornaam achternaam naam$ nimi$ etunimi sukunimi nev$ keresztnev vezeteknev jmeno
    prijmeni nume$ prenume navn$ fornavn etternavn efternavn ονομα επωνυμο ім прізвищ kaupunki
    varos mesto oras by$ πολη місто imie nazwisk имя фамил отчест 名$ 姓 氏名 名前 名称 昵称
    暱稱 名字 称呼 이름 성명 성함 ad$ adi$ soyad isim fornamn efternamn namn$ company organi
    firm$ firma *firma employer business entreprise societe empresa compania azienda societa
    bedrijf компан организ 会社 회사 sirket kurum foretag 公司 单位 單位 組織 部署 job role
    position occupation profession beruf funktion department abteilung fonction poste$ cargo
    puesto ruolo должн 役職 직책 unvan 职位 職稱 职务 職務 部门 linked_in *nummer nationalit diet
    allerg shirt jahrgang school universit faculty church parish chapter branch club team year jahr
    annee ano$ rok$ 得分 балл plaats city town village ville$ stadt$ ort$ wohnort ciudad cidade
    citta stad$ miasto город 市 도시 sehir stad 城市 都市 country land$ pays$ pais$ paese kraj$
    страна 国 國 나라 국가 ulke region province provinc county district bundesland departement
    省 県 地区 지역 bolge il$ ilce lan$ address2 street strasse *strasse rue$ adresse$ calle
    rua$ endereco direccion indirizzo via$ adres ulica улица адрес 住所 주소 adres gata 地址
    zip$ zipcode postal postcode postleit plz$ cp$ cap$ postnummer code_postal kod_poczt индекс
    郵便 邮编 우편 posta_kod phone tel$ tel telefon telephone telefono mobile mobil$
    mobiltelefon handy cell$ fax sms$ whatsapp gsm$ телефон 電話 电话 手机 手機 전화 휴대 birth
    birthday dob$ geburt *geburt naissance nacimiento nascimento nascita geboorte urodz рожден
    生日 生年 생년 생일 dogum fodel age$ alter$ edad idade eta$ leeftijd wiek 年龄 年齡 나이
    возраст language lang$ locale sprache langue idioma lingua taal jezyk язык 语言 語言 言語
    언어 dil$ sprak timezone time_zone tz$ gmtoff dstoff utc_offset score rating stars *rating
    punkte points points$ engagement rank level score$ punteggio puntuacion pontuacao wynik
    оценк 点数 评分 評分 점수 puan poang id$ userid memberid contactid subscriberid customerid
    uuid$ guid euid$ leid$ number nummer$ numero$ no$ nr$ key$ hash$ token index row$ zeile 编号
    編號 番号 번호 номер created creation date_added added$ angelegt erstellt erfasst imported
    import$ modified updated update last_changed changed geandert last_seen last_activ last_open
    last_click last_sent last_login opens clicks opened clicked sends sent$ orders order$
    purchas spent$ amount price revenue ltv lifetime value total average count visits created_at
    registered registration register$ signup sign_up signed_up joined join_date since seit$
    date$ datum$ fecha$ дата$ 日付 日期 日時 登録日 가입일 등록일 kayit_tarih inskriven skapad
    ip$ ip_address latitude longitude lat$ lng$ lon$ geo$ location ort url$ website web_site
    webseite homepage link$ site_web sitio sito strona сайт ウェブ 网站 網站 twitter facebook
    linkedin instagram github avatar photo picture image utm referr stripe price currency expir
    invoice renew trial donat spend
    purchase payment$ visit event next_ last_ html$ htmlemail format$
    user_agent browser device client$ os$ color colour farbe size groesse hobby beruf vip$
    children kinder"""

# Headers of what sorts or annotates people: their words may speak of a state, their codes do not.
LABELS = """
    group gruppe grupp groupe grupo gruppo groep grupa группа 组 組 グループ 그룹 grup segment
    list$ lists liste lista listen lijst 列表 リスト 명단 tag tags label etiket etiquet schlagw
    标签 標籤 タグ 태그 note notiz notat comment komment remark bemerk anmerk opmerk uwagi
    коммент примеч 备注 備註 備考 메모 비고 category categor kategor class klasse topic theme
    thema interest plan$ tier tiers subscription_tier product membership level package paket
    paid$ source$ referral origin$ channel campaign$ medium$ herkunft quelle origine fuente
    fonte bron$ zrodlo источник 来源 來源 出典 kaynak kalla message"""

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
# How, by what or where somebody signed up or confirmed.
CIRCUMSTANCES = """
    method channel origin campaign via$ device medium methode kanal weg$ canal metodo canale
    kanaal sposob kanal$ способ канал 方式 渠道 方法 경로 방법 yontem"""
LAST = """
    last latest letzt dernier ultim laatst ostatni последн senast siste sidste viimei posled utolso
    最后 最後 最近 最終 마지막 최근 son$"""
ACTIVITY = """
    activ aktiv attivit actief aktyw актив aktif active 活动 活動 活跃 活躍 アクティ 활동"""
