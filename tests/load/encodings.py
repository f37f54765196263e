# Writes encodings.json and, of tables of a few letters, encodings-short.json: [name, bytes in base64, text] of small tables, encoded by Python's codecs.
import base64, json, pathlib, re

T={
'zh':"人工智能正在改变我们的生活方式，许多公司开始使用机器学习来分析数据。北京的天气今天很好，适合出去散步。他在大学里学习计算机科学，毕业后想找一份好工作。这本书的内容非常有趣，我已经读了三遍。请问附近有没有好吃的餐厅？价格不贵，服务也很周到。",
'zt':"人工智慧正在改變我們的生活方式，許多公司開始使用機器學習來分析資料。台北的天氣今天很好，適合出去散步。他在大學裡學習計算機科學，畢業後想找一份好工作。這本書的內容非常有趣，我已經讀了三遍。請問附近有沒有好吃的餐廳？價格不貴，服務也很周到。",
'ja':"人工知能は私たちの生活を変えつつあります。多くの会社が機械学習を使ってデータを分析し始めました。東京の天気は今日とても良いので、散歩に行きましょう。彼は大学で情報科学を学び、卒業後は良い仕事を探したいと思っています。この本はとても面白いので三回読みました。コンピュータとインターネットの時代です。",
'ko':"인공지능은 우리의 생활을 바꾸고 있습니다. 많은 회사가 기계학습을 사용하여 데이터를 분석하기 시작했습니다. 서울의 날씨는 오늘 아주 좋아서 산책하기에 알맞습니다. 그는 대학에서 컴퓨터 과학을 공부하고 졸업 후 좋은 직장을 찾고 싶어합니다.",
'ru':"Искусственный интеллект меняет нашу жизнь. Многие компании начали использовать машинное обучение для анализа данных. Погода в Москве сегодня очень хорошая, можно пойти гулять. Он учится в университете и хочет найти хорошую работу.",
'de':"Künstliche Intelligenz verändert unser Leben. Viele Firmen nutzen heute maschinelles Lernen für die Analyse größerer Datenmengen. Die Straße in München ist schön. Übermorgen fährt er nach Köln.",
'fr':"L’intelligence artificielle change notre façon de vivre. Préparer les données était déjà très coûteux. Où êtes-vous allés cet été ? Le cœur du problème, c’est la qualité. Ça va, élève ?",
'es':"¿Cómo está usted? La inteligencia artificial cambió nuestra vida. El niño comió una manzana en España. Años después volvió a la montaña con su compañero.",
'pt':"A inteligência artificial está mudando a nossa vida. Não há informação suficiente. São Paulo é a maior cidade. Coração, ação, mãe, avó.",
'sv':"Artificiell intelligens förändrar våra liv. Många företag använder maskininlärning för att analysera större mängder data. Åsa åker till Göteborg.",
'pl':"Sztuczna inteligencja zmienia nasze życie. Wiele firm zaczęło używać uczenia maszynowego do analizy danych. Łódź jest piękna, a książka ciekawa.",
'el':"Η τεχνητή νοημοσύνη αλλάζει τη ζωή μας. Πολλές εταιρείες άρχισαν να χρησιμοποιούν μηχανική μάθηση για την ανάλυση δεδομένων.",
'en':"It’s the model’s “best” answer – don’t worry… The café said naïve résumé.",
'tr':"Yapay zeka hayatımızı değiştiriyor. Birçok şirket veri analizi için makine öğrenimini kullanmaya başladı. İstanbul güzel bir şehir.",
}

codecs = {
    "zh": "gbk gb18030", "zt": "big5", "ja": "shift_jis cp932 euc_jp iso2022_jp", "ko": "euc_kr cp949",
    "ru": "cp1251 koi8_r cp866", "de": "cp1252 latin1", "fr": "cp1252 mac_roman", "es": "cp1252 latin1", "pt": "cp1252", "sv": "cp1252",
    "en": "cp1252 utf_32 utf_16", "el": "cp1253",
}
names = {
    "zh": "张伟 李娜 上海 北京", "zt": "台北 陳大文 張", "ja": "東京 山田太郎 カタカナ さくら", "ko": "서울 김철수 한국", "ru": "Иван Москва Анна да",
    "de": "Müller Köln Größe", "fr": "café Noël été François", "es": "España niño José", "pt": "São João avó", "sv": "Åsa Göteborg", "en": "café it’s",
}
rows = []
for language, encodings in codecs.items():
    sentences = [s for s in re.split(r"(?<=[。.?？])\s*", T[language]) if s]
    tables = {"a sentence": sentences[:1], "sentences": sentences * 3, "names": names.get(language, "").split() * 2}
    for encoding in encodings.split():
        for name, cells in tables.items():
            for form in ("csv", "jsonl"):
                if not cells: continue
                lines = [f'{i},"{c}"' if form == "csv" else json.dumps({"text": c}, ensure_ascii=False) for i, c in enumerate(cells)]
                text = "\n".join(lines) + "\n"
                rows.append([f"{language}, {encoding}, {name}, {form}", base64.b64encode(text.encode(encoding)).decode(), text])
path = pathlib.Path(__file__).with_name("encodings.json")
path.write_text("[\n" + ",\n".join(json.dumps(r, ensure_ascii=False) for r in rows) + "\n]\n", encoding="utf-8")

# Short ones: encodings-short.json has [language, encoding, bytes in base64, text].
words = {
    "zh": ("gbk gb18030", "中 张 李 男 北京 张伟 深圳市 价格 苹果 李白 鑫 未付款"),
    "zt": ("big5", "張 李 女 台北 陳大文 張三 價格 蘋果 李白 鑫 未付款"),
    "ja": ("shift_jis cp932 euc_jp", "田 山 東京 山田 太郎 はい さくら カタカナ りんご 名前 ﾃｽﾄ 株式会社 青"),
    "ko": ("euc_kr cp949", "김 네 여 서울 한국 김철수 사과 주소 삼성전자"),
    "ru": ("cp1251 koi8_r cp866 iso8859_5", "да нет М Ж руб Иван Москва МОСКВА ДА Мария Санкт-Петербург"),
    "uk": ("cp1251 koi8_u", "так Київ Їжак Україна Ґанок"),
    "el": ("cp1253 iso8859_7", "ναι όχι Αθήνα Μαρία ΝΑΙ"),
    "he": ("cp1255", "כן לא שלום ישראל"),
    "ar": ("cp1256", "نعم لا محمد القاهرة"),
    "th": ("cp874", "ใช่ ไม่ สมชาย บาท"),
    "pl": ("cp1250 iso8859_2", "Łódź książka Gdańsk Wałęsa zł tak ś Paweł Jabłko Kraków ręka"),
    "cs": ("cp1250 iso8859_2", "Dvořák Škoda žena Plzeň České Jiří číslo město Řehoř"),
    "hu": ("cp1250 iso8859_2", "Győr tűz Erdős hölgy Petőfi őr"),
    "tr": ("cp1254", "Işık İstanbul şehir güzel Ağrı kış İzmir Şişli"),
}
short = []
for language, (encodings, all) in words.items():
    all = all.split()
    tables = [[w] for w in all] + [["ok", w, "Smith"] for w in all] + [list(p) for p in zip(all, all[1:])] + [all[i : i + 4] for i in range(0, len(all), 4)]
    for encoding in encodings.split():
        for cells in tables:
            text = "id,name\n" + "".join(f"{i},{c}\n" for i, c in enumerate(cells, 1))
            try: encoded = text.encode(encoding)
            except UnicodeEncodeError: continue
            if not encoded.isascii(): short.append([language, encoding, base64.b64encode(encoded).decode(), text])
pathlib.Path(__file__).with_name("encodings-short.json").write_text("[\n" + ",\n".join(json.dumps(r, ensure_ascii=False) for r in short) + "\n]\n", encoding="utf-8")
