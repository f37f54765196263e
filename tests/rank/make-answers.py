"""Makes tests/rank/answers.json with the real scikit-learn (1.9): python tests/rank/make-answers.py

The tests read the file and need no Python. Where terms tie at the vocabulary cut, scikit-learn's choice depends on an
unstable sort; it is given the vocabulary that takes the first by code point then, as it is always compared with here.
"""

import json
import pathlib
import random

import sklearn
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

random.seed(6)


def digits12(numbers):
    """Enough for a comparison, and a smaller file."""
    return [round(x, 12) for x in numbers]


def zipf(words, rows, least, most, skew=2.5):
    """Rows of `least` to `most` words, the first words more often."""
    pick = lambda: words[int(len(words) * random.random() ** skew)]
    return [" ".join(pick() for _ in range(random.randint(least, most))) for _ in range(rows)]


syllables = "ka lo mi ter an pro ing ed re con sta ble tion er ous ly qu ex fu zo pa ra si de ment".split()
invented = ["".join(random.choices(syllables, k=random.randint(1, 5))) for _ in range(900)]
english = """the model was trained on a data set of one million rows and it is not clear whether the rows were clean
because nobody looked at them before the training began but everyone agrees that data quality decides how good a model
can be so we clean rank and filter every row twice""".split()
greek = "ΟΔΥΣΣΕΥΣ ΣΟΦΟΣ Σ ΑΣ ΑΣ. ΟΔΟΣ’Α λόγος ΛΌΓΟΣ Ὀδυσσεύς ΜΈΓΑΣ ΣΑΣ-ΣΑΣ".split()
turkish = "İstanbul ISPARTA ısparta istanbul DİYARBAKIR diyarbakır Iğdır ığdır İİ iİi".split()
german = "Straße STRASSE straße GROẞ groß Äpfel äpfel A\u0308pfel a\u0308pfel Übermut über".split()
digits = "١٢٣ १२३ １２３ 123 ４２ Ⅷ ⅷ ½½ ①② x² x²y 〇〇 三十 a1 1a".split()
mixed = "naïve_café snake_case _x __ _ a_ _b 👍🏽 👍a 👍 日本語 日本 日 中文字符 カタカナ ﾊﾝｶｸ 한국어 한 ไทย ภาษา क्षि ǅabc ǆabc Ⓐⓐ".split()
long_words = ["x" * n for n in (15, 16, 17, 31, 32, 33, 200)] + ["é" * n for n in (7, 8, 9, 16, 40)]
unicode = zipf(greek + turkish + german + digits + mixed + long_words, 240, 0, 14, 1.0)
joiners = [" ", ", ", "-", "'", "\u00a0", "\u200d", "\u0301", ".", "/", "\n", "\t", "　"]
joined = ["".join(w + random.choice(joiners) for w in row.split(" ")) for row in unicode]

corpora = {
    "invented": ([zipf(invented, 400, 5, 34)], {}),
    "cut": ([zipf(invented, 400, 5, 34)], {"max_features": 150}),
    "small cut": ([zipf(invented[:40], 200, 1, 12)], {"max_features": 7}),
    "english": ([zipf(english, 120, 0, 25, 1.0)], {}),
    "unicode": ([unicode], {}),
    "joined": ([joined], {"min_df": 1}),
    "columns": ([zipf(english, 80, 0, 6, 1.0), zipf(german, 80, 0, 3, 1.0), zipf(mixed, 80, 0, 3, 1.0)], {}),
    "long rows": ([zipf(invented, 8, 1000, 2000)], {}),
    "one document": ([["a rose is a rose is a rose, said one"]], {"min_df": 1}),
    "empty texts": ([["", "rows rows", "", "rows", " \n", "the", "a b c", "rows data"]], {}),
    "stop words": ([["the and of", "of the", "", "is it"]], {"min_df": 1}),
    "single words": ([zipf(invented, 150, 3, 20)], {"ngram_range": (1, 1), "max_features": 100}),
    "pairs only": ([zipf(invented[:60], 200, 3, 20)], {"ngram_range": (2, 2), "max_features": 100}),
    "up to three": ([zipf(invented[:30], 200, 3, 20)], {"ngram_range": (1, 3), "max_features": 300}),
    "two to four": ([zipf(invented[:12], 150, 1, 14)], {"ngram_range": (2, 4), "max_features": 200, "min_df": 3}),
    "every term": ([zipf(invented, 60, 1, 30)], {"max_features": 100000, "min_df": 1}),
    "min df": ([zipf(invented, 200, 3, 20)], {"min_df": 20}),
}
targets = {
    "invented": [[" ".join(invented[:6])], [invented[0], f"{invented[1]} {invented[2]} nowhere", invented[899]]],
    "english": [["the quality of training data", "clean every row"], ["zebra"]],
    "unicode": [["ODOS οδυσσευς 日本語 STRASSE"]],
    "up to three": [[" ".join(invented[:8])]],
}

answers = []
for name, (columns, changed) in corpora.items():
    options = {"max_features": 1000, "stop_words": "english", "ngram_range": (1, 2), "min_df": 2, **changed}
    texts = [" ".join(row) for row in zip(*columns)]
    entry = {"name": name, "columns": columns, "options": {k: v for k, v in options.items() if k != "stop_words"}}
    entry.update(vocabulary=[], idf=[], scores=[1.0] * len(texts), targets=[])
    answers.append(entry)
    unlimited = CountVectorizer(**{**options, "max_features": None})
    try:
        counts = unlimited.fit_transform(texts).sum(axis=0).A1.tolist()
    except ValueError as error:  # no term is left
        assert "no terms remain" in str(error) or "empty vocabulary" in str(error), error
        continue
    terms = sorted(zip(unlimited.get_feature_names_out(), counts), key=lambda t: (-t[1], t[0]))
    limit = options["max_features"]
    vocabulary = sorted(t for t, _ in terms[:limit])
    if len(terms) <= limit or terms[limit - 1][1] != terms[limit][1]:
        own = TfidfVectorizer(**options).fit(texts)
        assert own.get_feature_names_out().tolist() == vocabulary, name
    vectorizer = TfidfVectorizer(**{**options, "max_features": None, "min_df": 1, "vocabulary": vocabulary})
    matrix = vectorizer.fit_transform(texts)
    sums = matrix.sum(axis=1).A1
    entry.update(vocabulary=vocabulary, idf=digits12(vectorizer.idf_), scores=digits12(sums / sums.max()))
    for target in targets.get(name, []):
        cosines = cosine_similarity(matrix, vectorizer.transform(target)).max(axis=1)
        entry["targets"].append({"texts": target, "scores": digits12(cosines.tolist())})

result = {"made_with": f"scikit-learn {sklearn.__version__}", "corpora": answers}
path = pathlib.Path(__file__).with_name("answers.json")
path.write_text(json.dumps(result, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
print(f"{path}: {len(answers)} corpora, {path.stat().st_size} bytes")
