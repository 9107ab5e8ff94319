"""The real things behind the ports: tables, texts, mail folders."""
