"""What a feature is called in front of people, in both languages, made from its declaration.

Own words (`.describe(...)`) come first. Otherwise nouns come from the `text` of sources and columns in demand.yaml,
then from `vocabulary.py`. Texts are noun phrases; phrases carry `{value}` and names of other features as fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from demand.contract import ColumnType, FeatureMeta, Roles, SourceSpec, Text
from features.conditions import Condition
from features.feature import Feature
from features.measures import Aggregate, CalendarPart, Function, Moment, Part, Ratio, Span, Trend
from features.plan import Expression, Fold, PlannedColumn, Quotient
from features.units import family_of, source_of, unit_of
from features.vocabulary import column_text, condition_text, key_text, singular, source_text

_FOLDED: dict[Function, Text] = {
    "sum": Text("total", "合计"),
    "mean": Text("mean", "平均值"),
    "min": Text("least", "最小值"),
    "max": Text("greatest", "最大值"),
    "std": Text("spread of", "标准差"),
}
_WHICH: dict[Function, Text] = {
    "first": Text("first", "首次"),
    "last": Text("last", "最近一次"),
    "since_first": Text("first", "首次"),
    "since_last": Text("last", "上一次"),
}
_MOMENTS: dict[Moment, Text] = {
    "opened": Text("opening", "创建日"),
    "due": Text("the due date", "到期日"),
    "cutoff": Text("today", "今天"),
}
_PARTS: dict[Part, Text] = {
    "month": Text("month", "月份"),
    "weekday": Text("weekday (1 is Monday)", "星期几（1 为周一）"),
    "weekend": Text("weekend", "周末"),
}
_Words = tuple[Text, Text]


@dataclass(frozen=True)
class Wording:
    """The words of one industry of a workspace."""

    specs: Mapping[str, SourceSpec]
    roles: Roles

    def meta(self, feature: Feature, column: PlannedColumn, family: str) -> FeatureMeta:
        """Everything there is to say about a column of the matrix.

        Parameters
        ----------
        family : of features that are grouped by no key but the subject
        """
        text, phrase = self.words(feature, column.expression)
        own = _with_window(feature.text, feature)
        if own is not None:
            text, phrase = _said(own.en, own.zh)
        return FeatureMeta(
            name=feature.name,
            family=family_of(feature, family),
            unit=unit_of(column.expression),
            source=source_of(column.expression),
            text=text,
            phrase=_with_window(feature.phrase, feature) or phrase,
            actionable=feature.is_actionable,
            kind=column.kind,
        )

    def words(self, feature: Feature, expression: Expression) -> _Words:
        """Text and phrase made from the declaration."""
        match feature.measure, expression:
            case Aggregate() as measure, Fold() as fold:
                return self._aggregate(measure, fold)
            case Ratio(a, b), Quotient(above, below):
                return self._ratio(a, b, above, below)
            case Trend(Feature(Aggregate() as recent), Feature(Aggregate() as earlier)), Quotient(Fold() as fold, _):
                return self._trend(recent, earlier, fold)
            case Span(start, end), _:
                s, e = _MOMENTS[start], _MOMENTS[end]
                return _said(f"days from {s.en} to {e.en}", f"{s.zh}到{e.zh}的天数")
            case CalendarPart(part, moment), _:
                p, m = _PARTS[part], _MOMENTS[moment]
                return _said(f"{p.en} of {m.en}", f"{m.zh}的{p.zh}")
        raise AssertionError("a plan follows its features")

    def _aggregate(self, measure: Aggregate, fold: Fold) -> _Words:
        spec = self.specs[fold.base.source]
        rows, whose, window = source_text(spec), self._whose(measure.keys), measure.window.text
        only = _only(measure.rows.conditions, spec)
        en, zh = f"{rows.en}{whose.en} {window.en}", f"{whose.zh}{window.zh}"
        one = f"{singular(rows.en)}{whose.en}" + (f" {window.en}" if measure.window.duration else "")
        one_zh = f"{whose.zh}{window.zh if measure.window.duration else ''}"
        column = column_text(fold.column or "", spec.columns.get(fold.column or ""))
        ahead = Text("days to ", "距今天数的") if fold.type in ("date", "time") else Text("", "")
        match measure.function:
            case "count":
                return _said(f"{en}{only.en}", f"{zh}的{rows.zh}数{only.zh}")
            case "since_first" | "since_last" as function:
                which = _WHICH[function]
                text = Text(
                    f"days since the {which.en} {one}{only.en}", f"距{one_zh}{which.zh}{rows.zh}的天数{only.zh}"
                )
                return text, Text(
                    _plain(f"{which.en} {one}{only.en}: ") + "{value} days ago",
                    _plain(f"{one_zh}{which.zh}{rows.zh}{only.zh}：") + "{value} 天前",
                )
            case "mean_gap":
                return _said(f"mean days between {en}{only.en}", f"{zh}{rows.zh}的平均间隔天数{only.zh}")
            case "distinct":
                return _said(
                    f"different values of {column.en} among {en}{only.en}",
                    f"{zh}{rows.zh}涉及的不同{column.zh}数{only.zh}",
                )
            case "share":
                passing = _listed(measure.share, spec)
                return _said(f"share of {en}{only.en} with {passing.en}", f"{zh}{rows.zh}{only.zh}中{passing.zh}的占比")
            case "mean" if fold.type == "bool":
                return _said(f"share of {en}{only.en} where {column.en}", f"{zh}{rows.zh}{only.zh}中{column.zh}的占比")
            case "last" if measure.keys == ("subject",) and measure.rows.is_state and not measure.window.duration:
                return _own(column, fold.type)
            case "first" | "last" as function:
                which = _WHICH[function]
                return _said(
                    f"{which.en} {one}{only.en}, {ahead.en}{column.en}",
                    f"{one_zh}{which.zh}{rows.zh}{only.zh}的{column.zh}{'距今天数' if ahead.zh else ''}",
                )
            case function:
                name = _FOLDED[function]
                return _said(
                    f"{name.en} {ahead.en}{column.en} of {en}{only.en}",
                    f"{zh}{rows.zh}的{column.zh}{ahead.zh}{name.zh}{only.zh}",
                )

    def _ratio(self, a: Feature, b: Feature, above: Expression, below: Expression) -> _Words:
        match a.measure, b.measure, above, below:
            case Aggregate() as m, Aggregate() as n, Fold() as f, Fold() as g if (
                m.function == n.function == "count" and m.keys == n.keys and m.window == n.window
            ):
                of, per = self.specs[f.base.source], self.specs[g.base.source]
                top, top_only = source_text(of), _only(m.rows.conditions, of)
                bottom, bottom_only = source_text(per), _only(n.rows.conditions, per)
                whose, window = self._whose(m.keys), m.window.text
                text = Text(
                    f"{top.en}{top_only.en} per {singular(bottom.en)}{bottom_only.en}{whose.en} {window.en}",
                    f"{whose.zh}{window.zh}的{top.zh}数{top_only.zh}与{bottom.zh}数{bottom_only.zh}之比",
                )
                counted, whole = "{" + a.name + "}", "{" + b.name + "}"
                return text, Text(
                    f"{counted} {_plain(top.en + top_only.en)} on {whole} "
                    + _plain(f"{bottom.en}{bottom_only.en}{whose.en} {window.en}"),
                    f"{_plain(whose.zh + window.zh)}：{_plain(bottom.zh + bottom_only.zh)} {whole} 次，"
                    f"{_plain(top.zh + top_only.zh)} {counted} 次",
                )
        top, bottom = self.words(a, above)[0], self.words(b, below)[0]
        return _said(f"{top.en} per {bottom.en}", f"{top.zh}与{bottom.zh}之比")

    def _trend(self, recent: Aggregate, earlier: Aggregate, fold: Fold) -> _Words:
        spec = self.specs[fold.base.source]
        rows, whose, only = source_text(spec), self._whose(recent.keys), _only(recent.rows.conditions, spec)
        now, then = recent.window.text, earlier.window.text
        if fold.column is not None:
            column = column_text(fold.column, spec.columns.get(fold.column))
            rows = Text(f"{column.en} of {rows.en}", f"{rows.zh}的{column.zh}")
        text = Text(
            f"daily rate of {rows.en}{whose.en} {now.en} over that {then.en}{only.en}",
            f"{whose.zh}{now.zh}与{then.zh}{rows.zh}日均之比{only.zh}",
        )
        return text, Text(
            _plain(f"{rows.en}{whose.en} {now.en}{only.en}: ") + f"{{value}} times the daily rate {then.en}",
            _plain(f"{whose.zh}{now.zh}{rows.zh}{only.zh}") + f"日均为{then.zh}的 {{value}} 倍",
        )

    def _whose(self, keys: tuple[str, ...]) -> Text:
        """of this agent / 该代理; the rows of everybody are those of all."""
        if not keys:
            return Text(" of all", "全部")
        subject = source_text(self.specs[self.roles.subjects])
        names = [Text(singular(subject.en), subject.zh) if key == "subject" else key_text(key) for key in keys]
        return Text(f" of this {' and '.join(n.en for n in names)}", f"该{'和'.join(n.zh for n in names)}")


def _listed(conditions: tuple[Condition, ...], spec: SourceSpec) -> Text:
    texts = [condition_text(c, spec) for c in conditions]
    return Text(", ".join(t.en for t in texts), "，".join(t.zh for t in texts))


def _only(conditions: tuple[Condition, ...], spec: SourceSpec) -> Text:
    """(page: cancel policy) / （页面：cancel policy）; nothing without a condition."""
    listed = _listed(conditions, spec)
    return Text(f" ({listed.en})", f"（{listed.zh}）") if conditions else Text("", "")


def _own(column: Text, type_: ColumnType | None) -> _Words:
    """A column of the subject itself needs no other words."""
    if type_ in ("date", "time"):
        text = Text(f"days until {column.en}", f"距{column.zh}的天数")
        return text, Text(_plain(column.en) + " in {value} days", f"距{_plain(column.zh)} {{value}} 天")
    return _said(column.en, column.zh)


def _said(en: str, zh: str) -> _Words:
    return Text(en, zh), Text(f"{_plain(en)}: {{value}}", f"{_plain(zh)}：{{value}}")


def _plain(words: str) -> str:
    """Words of the workspace as part of a phrase, where braces would be fields."""
    return words.replace("{", "{{").replace("}", "}}")


def _with_window(text: Text | None, feature: Feature) -> Text | None:
    measure = feature.measure.earlier.measure if isinstance(feature.measure, Trend) else feature.measure
    if text is None or not isinstance(measure, Aggregate):
        return text
    window = measure.window.text
    return Text(text.en.replace("{window}", window.en), text.zh.replace("{window}", window.zh))
