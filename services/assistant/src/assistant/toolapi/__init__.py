"""Questions from programs: period, category and payee come in words, the answer has figures and a sentence."""
