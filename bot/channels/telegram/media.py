"""Files in a Telegram message, as attachments and as the words that stand for them."""

from __future__ import annotations

from aiogram.types import Message, PhotoSize

from bot.channels.telegram.texts import Say, attachment_key, placeholder
from bot.types import Attachment


def read_attachment(message: Message) -> Attachment | None:
    """The file a message carries, or None.

    An animation also fills `document`, so it is looked for first.
    """
    if message.photo:
        return _photo(message.photo)
    if message.sticker:
        sticker = message.sticker
        return Attachment("sticker", sticker.file_id, size_bytes=sticker.file_size or 0)
    if message.video_note:
        note = message.video_note
        return Attachment("video_note", note.file_id, mime="video/mp4", size_bytes=note.file_size or 0)
    if message.voice:
        voice = message.voice
        return Attachment("voice", voice.file_id, mime=voice.mime_type or "", size_bytes=voice.file_size or 0)
    return _named_file(message)


def _photo(sizes: list[PhotoSize]) -> Attachment:
    """The largest size; the vendor makes photos JPEG and does not say so."""
    largest = max(sizes, key=lambda size: size.width * size.height)
    return Attachment("photo", largest.file_id, mime="image/jpeg", size_bytes=largest.file_size or 0)


def _named_file(message: Message) -> Attachment | None:
    for kind, file in (
        ("animation", message.animation),
        ("video", message.video),
        ("audio", message.audio),
        ("document", message.document),
    ):
        if file is not None:
            return Attachment(
                kind,
                file.file_id,
                name=file.file_name or "",
                mime=file.mime_type or "",
                size_bytes=file.file_size or 0,
            )
    return None


def describe_attachment(message: Message, attachment: Attachment, say: Say, language: str) -> str:
    """The caption, or a placeholder with the file's name (for a sticker: its emoji)."""
    if message.caption:
        return message.caption
    detail = message.sticker.emoji or "" if message.sticker else attachment.name
    return placeholder(say(attachment_key(attachment.kind), language), detail)
