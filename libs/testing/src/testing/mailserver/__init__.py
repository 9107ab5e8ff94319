"""A program that speaks SendGrid's v3 API, to be sent mails, to be asked, and to be told to misbehave.

`POST /v3/mail/send`, `GET /v3/messages` and the signed event webhook are as SendGrid publishes them; `/control/...` is for tests.
"""
