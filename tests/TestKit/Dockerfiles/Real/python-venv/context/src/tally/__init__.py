def count(words):
    return {w: words.count(w) for w in sorted(set(words))}
