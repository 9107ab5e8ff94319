"""Where receipts' files are kept, and what looks into them. Decoders and clients of object stores load when they are needed."""
