"""What a feature is called in front of people, in both languages, made from its declaration.

Own words (`.describe(...)`) come first. Otherwise nouns come from the `text` of sources and columns in demand.yaml,
then from `vocabulary.py`. Texts are noun phrases; phrases carry `{value}` and names of other features as fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demand.contract import ColumnSpec, FeatureMeta, Roles, SourceSpec, Text
from features.feature import Feature
from features.feature_set import FeatureSet
from features.holidays import HOLIDAY_PARTS
from features.measures import (
    REQUESTED,
    Aggregate,
    CalendarPart,
    Function,
    Moment,
    OutcomeRate,
    Part,
    Ratio,
    Rows,
    Span,
    Trend,
)
from features.phrases import Words, bracketed, enumerated, ever, is_own, own_column, plain, said, with_window
from features.plan import Expression, Fold, PlannedColumn, Quotient, Smoothed
from features.units import family_of, source_of, unit_of
from features.vocabulary import (
    changes_text,
    column_text,
    key_text,
    measure_word,
    relation,
    singular,
    source_text,
    words_of,
)
from features.windows import Window

_FOLDED: dict[Function, Text] = {
    "sum": Text("total", "合计"),
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
    "month": Text("month of {}", "{}的月份"),
    "weekday": Text("weekday of {}", "{}的星期几"),
    "weekend": Text("weekend of {}", "{}的周末"),
    "holiday": Text("whether {} is a public holiday", "{}是否法定节假日"),
    "makeup_workday": Text("whether {} is a make-up workday", "{}是否调休上班日"),
    "days_to_holiday": Text("days from {} to the next public holiday", "{}距下一个法定节假日的天数"),
    "days_since_holiday": Text("days from the last public holiday to {}", "{}距上一个法定节假日的天数"),
}


@dataclass(frozen=True)
class Wording:
    """The words of one industry of a workspace."""

    specs: Mapping[str, SourceSpec]
    roles: Roles

    def metas(
        self, sets: Sequence[FeatureSet], features: Sequence[Feature], columns: Sequence[PlannedColumn]
    ) -> tuple[FeatureMeta, ...]:
        """`meta` of resolved features and their columns; the first set that declares one names its family."""
        family = {feature.name: group.name for group in reversed(sets) for feature in group.features}
        return tuple(self.meta(f, c, family[f.name]) for f, c in zip(features, columns, strict=True))

    def meta(self, feature: Feature, column: PlannedColumn, family: str) -> FeatureMeta:
        """Everything there is to say about a column of the matrix.

        Parameters
        ----------
        family : of features that are grouped by no key but the subject
        """
        expression = column.expression
        text, phrase = self.words(feature, expression)
        own = with_window(feature.text, feature)
        if own is not None:
            text, phrase = said(own.en, own.zh)
        return FeatureMeta(
            name=feature.name,
            family=family_of(feature, family),
            unit=self._unit(expression),
            source=source_of(expression),
            text=text,
            phrase=with_window(feature.phrase, feature) or phrase,
            actionable=feature.is_actionable,
            kind=column.kind,
            missing=self._missing(feature, expression),
            values=self._column_values(expression) if column.kind == "category" else {},
        )

    def words(self, feature: Feature, expression: Expression) -> Words:
        """Text and phrase made from the declaration."""
        match feature.measure, expression:
            case Aggregate() as measure, Fold() as fold:
                return self._aggregate(measure, fold)
            case Ratio(a, b), Quotient(above, below):
                return self._ratio(a, b, above, below)
            case Trend(Feature(Aggregate() as recent), Feature(Aggregate() as earlier)), Quotient(Fold() as fold, _):
                return self._trend(recent, earlier, fold)
            case OutcomeRate() as rate, Smoothed(share, _, _, _):
                return self._outcome_rate(rate, share)
            case Span(start, end), _:
                s, e = _MOMENTS[start], _MOMENTS[end]
                return said(f"days from {s.en} to {e.en}", f"{s.zh}到{e.zh}的天数")
            case CalendarPart(part, moment), _:
                p, m = _PARTS[part], _MOMENTS[moment]
                return said(p.en.format(m.en), p.zh.format(m.zh))
        raise AssertionError("a plan follows its features")

    def _unit(self, expression: Expression) -> str:
        """As it follows from function and type, but percent for numbers that are declared as shares."""
        unit = unit_of(expression)
        spec = self._column(expression)
        return "share" if unit == "number" and spec is not None and spec.is_share else unit

    def _column(self, expression: Expression) -> ColumnSpec | None:
        if not isinstance(expression, Fold) or expression.column is None:
            return None
        return self.specs[expression.base.source].columns.get(expression.column)

    def _column_values(self, expression: Expression) -> Mapping[str, Text]:
        spec = self._column(expression)
        return spec.values if spec is not None else {}

    def _missing(self, feature: Feature, expression: Expression, *, divisor: bool = False) -> Text | None:
        """There was nothing to measure: no rows, or none of those that the others are compared with."""
        match feature.measure, expression:
            case Ratio(_, b), Quotient(_, below):
                return self._missing(b, below, divisor=True)
            case Trend(_, earlier), Quotient(_, below):
                return self._missing(earlier, below, divisor=True)
            case OutcomeRate(), _:
                return Text("no outcome known yet", "尚无已知结果")
            case CalendarPart(part, _), _ if part in HOLIDAY_PARTS:
                return Text("holidays not announced yet", "放假安排尚未公布")
            case Aggregate(window=Window(since=Rows() as event)), _:
                words = words_of(event.name)
                return Text(f"no {words.en} so far", f"尚无{words.zh}")
            case Aggregate(window=Window(holiday=True), function="count"), _:
                return Text("holidays not announced yet", "放假安排尚未公布")
            case Aggregate() as measure, Fold() as fold:
                spec = self.specs[fold.base.source]
                if is_own(measure):
                    declared = self._column(expression)
                    column = column_text(fold.column or "", declared)
                    if declared is None:  # a key
                        return Text(f"no {column.en}", f"无{column.zh}")
                    return Text(f"{column.en} not known", f"{column.zh}未知")
                if measure.function == "count" and measure.keys and not divisor:  # null without a key only
                    names = [self._key(key) for key in measure.keys]
                    return Text(f"no {' or '.join(n.en for n in names)}", f"无{'或'.join(n.zh for n in names)}")
                rows, whose, only = (
                    changes_text(spec),
                    self._whose(measure.keys),
                    bracketed(measure.rows.conditions, spec),
                )
                window = Text("so far", "尚") if measure.window.is_all else measure.window.text
                return Text(
                    f"no {rows.en}{only.en}{whose.en} {window.en}", f"{whose.zh}{window.zh}无{rows.zh}{only.zh}"
                )
        return None

    def _aggregate(self, measure: Aggregate, fold: Fold) -> Words:
        spec = self.specs[fold.base.source]
        rows, whose, window = changes_text(spec), self._whose(measure.keys), measure.window.text
        only = bracketed(measure.rows.conditions, spec)
        en, zh = f"{rows.en}{whose.en} {window.en}", f"{whose.zh}{window.zh}"
        one = f"{singular(rows.en)}{whose.en}" + ("" if measure.window.is_all else f" {window.en}")
        one_zh = f"{whose.zh}{'' if measure.window.is_all else window.zh}"
        column = column_text(fold.column or "", spec.columns.get(fold.column or ""))
        ahead = Text("days to ", "距今天数的") if fold.type in ("date", "time") else Text("", "")
        match measure.function:
            case "count":
                text = Text(f"{en}{only.en}", f"{zh}的{rows.zh}数{only.zh}")
                return text, Text(
                    "{value} " + plain(f"{rows.en}{only.en}{whose.en} {window.en}"),
                    plain(f"{whose.zh}{ever(window).zh}{rows.zh}{only.zh}") + f" {{value}} {measure_word(rows.zh)}",
                )
            case "since_first" | "since_last" as function:
                which = _WHICH[function]
                text = Text(
                    f"days since the {which.en} {one}{only.en}", f"距{one_zh}{which.zh}{rows.zh}的天数{only.zh}"
                )
                return text, Text(
                    plain(f"{which.en} {one}{only.en}: ") + "{value} days ago",
                    plain(f"{one_zh}{which.zh}{rows.zh}{only.zh}：") + "{value} 天前",
                )
            case "streak":
                passing = enumerated(measure.share, spec)
                newest = Text(
                    f"newest {en}{only.en} in a row with {passing.en}", f"{zh}最近连续{passing.zh}的{rows.zh}数"
                )
                return said(newest.en, newest.zh + only.zh)
            case "mean_gap":
                return said(f"average days between {en}{only.en}", f"{zh}{rows.zh}的平均间隔天数{only.zh}")
            case "distinct":
                return said(
                    f"different values of {column.en} among {en}{only.en}",
                    f"{zh}{rows.zh}涉及的不同{column.zh}数{only.zh}",
                )
            case "share":
                passing = enumerated(measure.share, spec)
                text = Text(f"share of {en}{only.en} with {passing.en}", f"{zh}{rows.zh}{only.zh}中{passing.zh}的占比")
                return text, Text(
                    "{value} of " + plain(f"{en}{only.en} with {passing.en}"),
                    plain(f"{zh}{rows.zh}{only.zh}中{passing.zh}占 ") + "{value}",
                )
            case "mean" if fold.type == "bool":
                text = Text(f"share of {en}{only.en}: {column.en}", f"{zh}{rows.zh}{only.zh}中{column.zh}的占比")
                return text, Text(
                    "{value} of " + plain(f"{en}{only.en}: {column.en}"),
                    plain(f"{zh}{rows.zh}{only.zh}中 ") + "{value} " + plain(column.zh),
                )
            case "last" if is_own(measure):
                return own_column(column, fold.type)
            case "first" | "last" as function:
                which = _WHICH[function]
                of = "of" if fold.type == "category" else "in"
                return said(
                    f"{ahead.en}{column.en} {of} the {which.en} {one}{only.en}",
                    f"{one_zh}{which.zh}{rows.zh}{only.zh}的{column.zh}{'距今天数' if ahead.zh else ''}",
                )
            case "mean":
                return said(
                    f"average {ahead.en}{column.en} of {en}{only.en}",
                    f"{zh}{rows.zh}的平均{column.zh}{ahead.zh and '距今天数'}{only.zh}",
                )
            case function:
                name = _FOLDED[function]
                return said(
                    f"{name.en} {ahead.en}{column.en} of {en}{only.en}",
                    f"{zh}{rows.zh}的{column.zh}{ahead.zh}{name.zh}{only.zh}",
                )

    def _ratio(self, a: Feature, b: Feature, above: Expression, below: Expression) -> Words:
        match a.measure, b.measure, above, below:
            case Aggregate() as m, Aggregate() as n, Fold() as f, Fold() as g if (
                m.function == n.function == "count" and m.keys == n.keys
            ):
                of, per = self.specs[f.base.source], self.specs[g.base.source]
                top, top_only = changes_text(of), bracketed(m.rows.conditions, of)
                bottom, bottom_only = changes_text(per), bracketed(n.rows.conditions, per)
                whose, window, recent = self._whose(m.keys), n.window.text, Text("", "")
                if m.window != n.window:
                    recent = Text(f" {m.window.text.en}", m.window.text.zh)
                text = Text(
                    f"{top.en}{top_only.en}{recent.en} per {singular(bottom.en)}{bottom_only.en}{whose.en} {window.en}",
                    f"{whose.zh}{recent.zh or window.zh}的{top.zh}数{top_only.zh}"
                    f"与{window.zh if recent.zh else ''}{bottom.zh}数{bottom_only.zh}之比",
                )
                counted, whole = "{" + a.name + "}", "{" + b.name + "}"
                return text, Text(
                    f"{counted} {plain(top.en + top_only.en + recent.en)} on {whole} "
                    + plain(f"{bottom.en}{bottom_only.en}{whose.en} {window.en}"),
                    f"{plain(whose.zh + window.zh + bottom.zh + bottom_only.zh)} {whole} {measure_word(bottom.zh)}，"
                    f"{plain(recent.zh + top.zh + top_only.zh)} {counted} {measure_word(top.zh)}",
                )
        top, bottom = self.words(a, above)[0], self.words(b, below)[0]
        return said(f"{top.en} per {bottom.en}", f"{top.zh}与{bottom.zh}之比")

    def _outcome_rate(self, rate: OutcomeRate, fold: Fold) -> Words:
        group, spec = rate.share, self.specs[fold.base.source]
        rows, whose, window = source_text(spec), self._whose(group.keys), group.window.text
        subject = source_text(self.specs[self.roles.subjects])
        ended = Text("a service request", "服务请求")
        if group.share != REQUESTED:
            ended = enumerated(group.share, spec)
        text = Text(
            f"share of {rows.en}{whose.en} {window.en} with {ended.en}, drawn towards that of all {subject.en}",
            f"{whose.zh}{window.zh}{rows.zh}中有{ended.zh}的占比（向全部{subject.zh}收缩）",
        )
        size = "{" + rate.size.name + "}"
        return text, Text(
            f"about {{value}} of {plain(subject.en + whose.en)} end in {plain(ended.en)} "
            f"({size} {plain(rows.en)} {window.en})",
            f"{plain(whose.zh + subject.zh)}约 {{value}} 有{plain(ended.zh)}"
            f"（{plain(window.zh)}{plain(rows.zh)} {size} {measure_word(rows.zh)}）",
        )

    def _trend(self, recent: Aggregate, earlier: Aggregate, fold: Fold) -> Words:
        spec = self.specs[fold.base.source]
        rows, whose, only = changes_text(spec), self._whose(recent.keys), bracketed(recent.rows.conditions, spec)
        now, then = recent.window.text, earlier.window.text
        if fold.column is not None:
            column = column_text(fold.column, spec.columns.get(fold.column))
            rows = Text(f"{column.en} of {rows.en}", f"{rows.zh}的{column.zh}")
        text = Text(
            f"daily rate of {rows.en}{whose.en} {now.en} over that {then.en}{only.en}",
            f"{whose.zh}{now.zh}与{then.zh}{rows.zh}日均之比{only.zh}",
        )
        return text, Text(
            plain(f"{rows.en}{only.en}{whose.en}: ") + f"{{value}} times as many a day {now.en} as {then.en}",
            plain(f"{whose.zh}{now.zh}{rows.zh}{only.zh}") + f"日均为{then.zh}的 {{value}} 倍",
        )

    def _whose(self, keys: tuple[str, ...]) -> Text:
        """of this agent / 该代理; the rows of everybody are those of all."""
        if not keys:
            return Text(" of all", "全部")
        names = [self._key(key) for key in keys]
        how = relation(keys[0]) if len(keys) == 1 else "of"
        return Text(f" {how} this {' and '.join(n.en for n in names)}", f"该{'和'.join(n.zh for n in names)}")

    def _key(self, key: str) -> Text:
        subject = source_text(self.specs[self.roles.subjects])
        return Text(singular(subject.en), subject.zh) if key == "subject" else key_text(key)
