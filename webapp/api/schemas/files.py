"""Files of a case, its materials, and drafts of what is typed."""

from __future__ import annotations

from marshmallow import fields, validate

from webapp.api.schemas.shape import Number, Shape, Text, Words, said


class FileShown(Shape):
    attachment = Text(required=True)
    field = Text(required=True)
    name = Text(required=True)
    media_type = Text(required=True)
    size = Number(required=True, metadata={"description": "字节"})
    hash = Text(required=True)
    added_at = fields.AwareDateTime(required=True)
    added_by = Text(required=True)
    removed_at = fields.AwareDateTime(required=True, allow_none=True)
    remove_reason = Text(required=True)


class FileMade(Shape):
    attachment = Text(required=True)
    field = Text(required=True)


class FileList(Shape):
    rows = Words(fields.Nested(FileShown), required=True)


class MaterialShown(Shape):
    material = Text(required=True)
    field = Text(required=True, metadata={"description": "上传附件时的 field"})
    name = Text(required=True)
    copies = Number(required=True)
    state = Text(required=True, metadata={"description": "收、缺、补、核；未登记的为空"})
    needed = fields.Boolean(required=True)
    changeable = fields.Boolean(required=True, metadata={"description": "本人现在可以上传和移除"})
    files = Words(fields.Nested(FileShown), required=True)


class MaterialList(Shape):
    rows = Words(fields.Nested(MaterialShown), required=True)


class UploadMade(Shape):
    upload = Text(required=True, metadata={"description": "收件时列在 uploads 中；十四日内有效"})


class DraftBody(Shape):
    fields_ = fields.Dict(
        keys=said(200), values=Words(Text(), validate=validate.Length(0, 500)), required=True, data_key="fields",
        metadata={"description": "与页面表单相同：字段名和所填的文本，原样保存"},
    )  # fmt: skip


class DraftShown(Shape):
    fields_ = fields.Dict(
        keys=Text(), values=Words(Text()), required=True, data_key="fields", attribute="fields"
    )
    saved_at = fields.AwareDateTime(required=True)
