"""Builds mails with attachments, prints them, parses what was printed."""
from email import message_from_string, policy
from email.message import EmailMessage

total = 0
for i in range(6):
    mail = EmailMessage()
    mail['Subject'] = 'Bericht %d f\u00fcr M\u00e4rz' % i
    mail['From'] = 'Anna <anna@example.org>'
    mail['To'] = 'a@example.org, "B, C" <b%d@example.org>' % i
    mail['Date'] = 'Mon, 01 Jan 2024 00:00:%02d +0000' % i
    mail.set_content('Lines of text\n' * (3 + i))
    mail.add_attachment(bytes(range(200)) * 3, maintype='application', subtype='octet-stream', filename='data-%d.bin' % i)
    mail.set_boundary('==boundary-%d==' % i)
    text = mail.as_string()
    parsed = message_from_string(text, policy=policy.default)
    for part in parsed.walk():
        total += len(part.get_content_type()) + len(part.get_payload(decode=True) or b'')
assert total > 3000
