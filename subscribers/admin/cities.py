"""Names of cities that the time-zone database does not know: it has one city a zone, in English.

Large cities that share another one's clock, and the customary Chinese names of both. Clocks as in
the database: each value is a zone of its own there.
"""

from __future__ import annotations

# Zone -> other names of its clock.
_NAMES = {
    "Asia/Shanghai": "Beijing, Guangzhou, Shenzhen, Chengdu, Hangzhou, Nanjing, Wuhan, Xi'an,"
    " Chongqing, Tianjin, 北京, 上海, 广州, 深圳, 成都, 杭州, 南京, 武汉, 西安, 重庆, 天津, 苏州,"
    " 青岛, 厦门, 中国",
    "Asia/Urumqi": "乌鲁木齐, 新疆",
    "Asia/Hong_Kong": "香港",
    "Asia/Macau": "Macao, 澳门",
    "Asia/Taipei": "台北, 臺北",
    "Asia/Tokyo": "Osaka, Kyoto, Yokohama, 东京, 大阪, 京都, 日本",
    "Asia/Seoul": "Busan, 首尔, 釜山",
    "Asia/Singapore": "新加坡",
    "Asia/Kuala_Lumpur": "吉隆坡",
    "Asia/Bangkok": "Hanoi, 曼谷, 河内",
    "Asia/Ho_Chi_Minh": "胡志明市",
    "Asia/Jakarta": "雅加达",
    "Asia/Manila": "马尼拉",
    "Asia/Kolkata": "Delhi, New Delhi, Mumbai, Bombay, Bangalore, Bengaluru, Chennai, Hyderabad,"
    " 新德里, 孟买, 加尔各答",
    "Asia/Karachi": "Islamabad, Lahore, 卡拉奇",
    "Asia/Dubai": "Abu Dhabi, 迪拜",
    "Asia/Riyadh": "Jeddah, 利雅得",
    "Asia/Jerusalem": "Tel Aviv, 耶路撒冷",
    "Asia/Tehran": "德黑兰",
    "Asia/Almaty": "Astana, 阿拉木图",
    "Europe/London": "Manchester, Edinburgh, 伦敦, 爱丁堡",
    "Europe/Dublin": "都柏林",
    "Europe/Lisbon": "Porto, 里斯本",
    "Europe/Madrid": "Barcelona, 马德里, 巴塞罗那",
    "Europe/Paris": "Lyon, Marseille, 巴黎",
    "Europe/Berlin": "Munich, München, Hamburg, Frankfurt, Cologne, Köln, Stuttgart, 柏林, 慕尼黑,"
    " 汉堡, 法兰克福",
    "Europe/Zurich": "Geneva, Bern, Basel, 苏黎世, 日内瓦",
    "Europe/Vienna": "Wien, Graz, 维也纳",
    "Europe/Rome": "Milan, Milano, Naples, 罗马, 米兰",
    "Europe/Amsterdam": "Rotterdam, The Hague, 阿姆斯特丹",
    "Europe/Brussels": "Antwerp, 布鲁塞尔",
    "Europe/Copenhagen": "哥本哈根",
    "Europe/Stockholm": "Gothenburg, 斯德哥尔摩",
    "Europe/Oslo": "奥斯陆",
    "Europe/Helsinki": "赫尔辛基",
    "Europe/Warsaw": "Krakow, Kraków, 华沙",
    "Europe/Prague": "布拉格",
    "Europe/Budapest": "布达佩斯",
    "Europe/Athens": "Thessaloniki, 雅典",
    "Europe/Istanbul": "Ankara, 伊斯坦布尔",
    "Europe/Moscow": "Saint Petersburg, St Petersburg, 莫斯科",
    "Africa/Cairo": "开罗",
    "Africa/Johannesburg": "Cape Town, Pretoria, 约翰内斯堡, 开普敦",
    "Africa/Lagos": "Abuja, 拉各斯",
    "Africa/Nairobi": "内罗毕",
    "America/New_York": "Washington, Washington DC, Boston, Philadelphia, Atlanta, Miami, 纽约,"
    " 华盛顿, 波士顿",
    "America/Chicago": "Houston, Dallas, Austin, 芝加哥",
    "America/Denver": "Salt Lake City, 丹佛",
    "America/Los_Angeles": "San Francisco, Seattle, San Diego, Las Vegas, Portland, 洛杉矶, 旧金山,"
    " 西雅图",
    "America/Toronto": "Montreal, Montréal, Ottawa, Quebec, 多伦多, 蒙特利尔",
    "America/Vancouver": "温哥华",
    "America/Mexico_City": "墨西哥城",
    "America/Sao_Paulo": "Rio de Janeiro, Brasilia, Brasília, 圣保罗, 里约热内卢",
    "America/Argentina/Buenos_Aires": "布宜诺斯艾利斯",
    "America/Santiago": "圣地亚哥",
    "America/Bogota": "Medellin, 波哥大",
    "America/Lima": "利马",
    "Australia/Sydney": "Canberra, 悉尼, 堪培拉",
    "Australia/Melbourne": "墨尔本",
    "Australia/Brisbane": "布里斯班",
    "Australia/Perth": "珀斯",
    "Pacific/Auckland": "Wellington, Christchurch, 奥克兰, 惠灵顿",
}
# Name as it is written -> its zone.
OTHER_NAMES = {name.strip(): zone for zone, names in _NAMES.items() for name in names.split(",")}
