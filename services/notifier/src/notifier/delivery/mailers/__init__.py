"""The mail providers: SendGrid, a mail server (SMTP), and a folder of files."""
