"""Reads CSV files of unknown layout: from the bytes of an upload to rows that can become expenses.

`detection.detect_layout` is the entry point: it completes the caller's `mapping`. In the order in which the modules work:

1. `text` finds the encoding, with `encodings`; `records` splits text into cells; `table` finds delimiter, titles and rows.
2. `columns` says what the cells of each column are, with `dates`, `amounts` and `currency_signs`.
3. `fields` chooses the column of each field: `text_columns` for dates and texts, `money_columns` and `related_columns` for
   amounts, currencies and fees, `spending_sign` for what is spending. `titles`, `money_titles`, `direction_words` and `vocabulary`
   know the words.
4. `non_bookings` and `reversals` tell bookings from balances, totals and payments that never happened.
5. `rows` reads each row with the mapping, or `outlay_csv` if Outlay exported the file; `preview` shows what would be imported.
"""
