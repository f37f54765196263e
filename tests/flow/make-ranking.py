"""Makes tests/flow/ranking.json with the real scikit-learn (1.9): python tests/flow/make-ranking.py

A small data set and the scores of its rows as ranking is to give them; the tests read the file and need no Python.
"""

import json
import pathlib
import random

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

random.seed(11)
words = """data model training quality rows clean the of and is not ranking Straße STRASSE naïve_café 日本語 日本 x2 score
tokens language über web pages crawl text filter sample large small""".split()
pick = lambda n: " ".join(words[int(len(words) * random.random() ** 1.5)] for _ in range(n))
rows = [{"title": pick(random.randint(1, 3)), "body": pick(random.randint(0, 25))} for _ in range(80)]
targets = ["clean training data of good quality", "Strasse straße 日本語"]


def fitted(texts, **options):
    vectorizer = TfidfVectorizer(stop_words="english", **{"max_features": 1000, "ngram_range": (1, 2), "min_df": 2, **options})
    return vectorizer, vectorizer.fit_transform(texts)


def relevance(texts, **options):
    sums = fitted(texts, **options)[1].sum(axis=1).A1
    return [float(x) for x in sums / sums.max()]


def to_targets(texts):
    vectorizer, matrix = fitted(texts)
    return [float(min(1, x)) for x in cosine_similarity(matrix, vectorizer.transform(targets)).max(axis=1)]


both = [f"{row['title']} {row['body']}" for row in rows]
bodies = [row["body"] for row in rows]
answers = {
    "rows": rows,
    "targets": targets,
    "all columns": relevance(both),
    "body": relevance(bodies),
    "options": relevance(both, ngram_range=(1, 3), min_df=3, max_features=2000),
    "targets scores": to_targets(both),
}
path = pathlib.Path(__file__).with_name("ranking.json")
path.write_text(json.dumps(answers, ensure_ascii=False, indent=1) + "\n")
