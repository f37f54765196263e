/**
 * How likely characters are in texts of a language, for src/load/encoding-guess.ts: letters in the order of their frequency,
 * for scripts of thousands of characters those that make about half of a text. What a letter's place in the list is matters
 * little; that it stands there does.
 */

/** A language, or some that share their letters, and the encodings its texts are stored in, the commonest first. */
export interface Alphabet {
  encodings: readonly string[];
  /** Lower-case letters beyond ASCII, and a capital whose small letter is in ASCII. */
  letters: string;
  /** It is written with the letters of ASCII too: a word seldom has two of `letters` side by side. */
  latin: boolean;
}

export const alphabets: readonly Alphabet[] = [
  { encodings: ['windows-1252', 'macintosh'], letters: 'éàèêçâîôûùëïœæ', latin: true },
  { encodings: ['windows-1252', 'macintosh'], letters: 'óáíéñúü', latin: true },
  { encodings: ['windows-1252', 'macintosh'], letters: 'üäöß', latin: true },
  { encodings: ['windows-1252', 'macintosh'], letters: 'ãçéáóíõêâúôà', latin: true },
  { encodings: ['windows-1252', 'macintosh'], letters: 'àèùòìé', latin: true },
  { encodings: ['windows-1252', 'macintosh'], letters: 'åäöøæé', latin: true },
  { encodings: ['windows-1252', 'macintosh'], letters: 'ðáíþéóöúýæ', latin: true },
  { encodings: ['windows-1252', 'macintosh'], letters: 'éñçãàäüöáíóêåôøßâõîèæ', latin: true },
  { encodings: ['windows-1250', 'iso-8859-2'], letters: 'łąężśóćńź', latin: true },
  { encodings: ['windows-1250', 'iso-8859-2'], letters: 'íáéěýřčšžůúňóťďľôäĺŕ', latin: true },
  { encodings: ['windows-1250', 'iso-8859-2'], letters: 'éáöóőíüúű', latin: true },
  { encodings: ['windows-1250', 'iso-8859-2'], letters: 'čšžćđ', latin: true },
  { encodings: ['windows-1254'], letters: 'ışüğöçâîİ', latin: true },
  {
    encodings: ['windows-1251', 'koi8-r', 'ibm866', 'iso-8859-5', 'x-mac-cyrillic'],
    letters: 'оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёъ',
    latin: false,
  },
  { encodings: ['windows-1251', 'koi8-u', 'iso-8859-5'], letters: 'оаниівтретслукдмпяьзбгйчхїцюжєшщфґ', latin: false },
  { encodings: ['windows-1253'], letters: 'αοιετσνηυρπκμλςόίάέήώδγχθφβξζύψϊ', latin: false },
  { encodings: ['windows-1255'], letters: 'יוהלאתרמבשנםעכחקדפצטגזסןךףץ', latin: false },
  { encodings: ['windows-1256', 'iso-8859-6'], letters: 'الينمتروبةعدسفهكقحجىشطصخأضغذءثزئإؤآظ،؟', latin: false },
  {
    encodings: ['windows-874'],
    letters: 'านรอกเ่งมยลว้ัดิีตทสะปบคหุแจพื็ชขใไโผซู์ำศธภณ',
    latin: false,
  },
];

/** A script of thousands of characters, and how likely those of each group are together. */
export interface Ideographs {
  encodings: readonly string[];
  groups: readonly { characters: string; share: number }[];
  /** Shares of the other characters: of the standard's first level, of its second, of its symbols, and of what was added. */
  levels: readonly [first: number, second: number, symbols: number, added: number];
}

const fullMarks = '，。、“”：；？！（）《》·—…「」『』';

export const ideographs: readonly Ideographs[] = [
  {
    encodings: ['gbk'],
    groups: [
      {
        characters:
          '的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运京省县称价码址编号店李陈刘杨黄赵吴周徐孙',
        share: 0.5,
      },
      { characters: fullMarks, share: 0.1 },
    ],
    levels: [0.37, 0.01, 0.01, 0.001],
  },
  {
    encodings: ['big5'],
    groups: [
      {
        characters:
          '的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指克許統區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運台臺灣灣港京省縣稱價碼址編號店李陳劉楊黃趙吳周徐孫',
        share: 0.5,
      },
      { characters: fullMarks, share: 0.1 },
    ],
    levels: [0.37, 0.01, 0.01, 0.001],
  },
  {
    encodings: ['shift_jis', 'euc-jp'],
    groups: [
      { characters: 'のにいるはたをとしがてでなかっれもらすりこさまあうくよきん', share: 0.36 },
      {
        characters: 'せだけつおどめそえわやちみろじばほゃゅょげむずべびへねひぶぐごぎふゆぼぱづざぞぬぜぽぴぷぺ',
        share: 0.1,
      },
      {
        characters:
          'ンスルトリアイラックドシテロタマフサレムカジウコメニキオパビナミバセデグハダワプモボチガエネソヘツザユホノーァィェォャュョッゴズゼゾブベピペポケ',
        share: 0.14,
      },
      {
        characters:
          '日一人大年出本中子見国言上分生手自行者二間事思時気会十家女三前方入小地合後目長場代私下立部学物月田何来彼話体動社知理山内同心発高実作当新世今書度明五戦力名金性対意用男主通関文屋感郎業定政持道外取所現最化四先民身不口川東相法考八市京島藤村林木井佐伊加野原松石橋谷吉清水古阪県区町株式円億万千百号件数値品番商価格店舗住電',
        share: 0.17,
      },
      { characters: '、。「」・（）『』！？〜', share: 0.06 },
    ],
    levels: [0.14, 0.004, 0.01, 0.0005],
  },
  {
    encodings: ['euc-kr'],
    groups: [
      {
        characters:
          '이다는을의에가고하지은로를리도기사한어자서인아대시나해라정있일그것들수스년전부과제보여장원성만면상구조동공적국주선신비안소관문게요까데우연내습니세업생오방화며중경개음무용유회계명와모위진할행되없발말양영체출실분간물학저차터미설목교민재통결같더남금외당심산강반본호바람때월름김박최씨울',
        share: 0.66,
      },
    ],
    levels: [0.32, 0.002, 0.01, 0.005],
  },
];
