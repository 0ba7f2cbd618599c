"""Runs a TextFSM template: the same rows as stock textfsm, sooner, with the line of every value and of what was left.

The templates stay the one description of the formats. What makes it faster: values without options, with `Filldown`
alone or with `List` alone live in plain lists instead of objects, values are found by column and not by name, and a
rule's pattern is called directly. Values with other options keep textfsm's own objects. All that a run changes is
local to it, so threads can share a template.
"""

from collections.abc import Iterable, Iterator
from typing import Any, TextIO, TypeAlias

import textfsm

Rows: TypeAlias = list[list[Any]]
TemplateFault = textfsm.TextFSMTemplateError
_LONGEST = 2048  # characters; no device prints such a line, and a rule with two runs of blanks would take its square


class Run:
    """One text going through a template. ``origins`` has the shape of ``rows``: for each value the number of the line
    that it was read from (a list of numbers for a list, None where there is no value). ``unread`` are the numbers of
    the non-blank lines that no rule took; a rule that says Continue takes nothing."""

    def __init__(self, template: "Template") -> None:
        self.rows = self._result = Rows()  # the second name is the one that textfsm's options look for
        self.origins: Rows = []
        self.unread: list[int] = []
        self.values = [self._own(value) if value.name in template.others else value for value in template.values]
        self._others = [(column, value) for column, value in enumerate(self.values) if value.name in template.others]
        self._lists = template.lists
        self.clear_all()

    def _own(self, value: Any) -> Any:
        own = textfsm.TextFSMValue(self, options_class=textfsm.TextFSMOptions)
        own.Parse(str(value))
        return own

    def clear_all(self) -> None:
        self.blank: list[Any] = [None] * len(self.values)  # what a record starts with: filled-down values
        self.blank_origins: list[Any] = self.blank[:]
        self.cells, self.cell_origins = self.blank[:], self.blank[:]
        for _, value in self._others:
            value.ClearAllVar()

    def clear(self) -> None:
        self.cells, self.cell_origins = self.blank[:], self.blank_origins[:]
        for _, value in self._others:
            value.ClearVar()

    def record(self) -> None:
        cells = self.cells
        try:
            for column, value in self._others:
                value.OnSaveRecord()
                cells[column] = value.value
        except textfsm.parser.SkipRecord:
            self.clear()
            return
        if cells.count(None) + (cells.count([]) if self._others else 0) == len(cells):
            return
        row = ["" if cell is None else cell for cell in cells]
        for column in self._lists:
            if cells[column] is None:
                row[column] = []
        self.rows.append(row)
        self.origins.append(self.cell_origins)
        self.clear()

    def assign(self, how: str, column: int, text: str | None, number: int) -> None:
        if how == "List":
            cell = self.cells[column]
            if cell is None:
                self.cells[column], self.cell_origins[column] = [text], [number]
            else:
                cell.append(text)
                self.cell_origins[column].append(number)
            return
        self.cell_origins[column] = number
        if how == "Filldown":
            self.cells[column] = self.blank[column] = text
            self.blank_origins[column] = number
        else:
            self.values[column].AssignVar(text)


class Template(textfsm.TextFSM):  # type: ignore[misc]  # textfsm has no types
    """A template, parsed once. Raises textfsm.TextFSMTemplateError when it is faulty."""

    def __init__(self, template: TextIO) -> None:
        super().__init__(template)
        kinds = {value.name: ",".join(value.OptionNames()) for value in self.values}
        nested = {v.name for v in self.values if kinds[v.name] == "List" and v.compiled_regex.groups > 1}
        self.others = {name for name, kind in kinds.items() if kind not in ("", "Filldown", "List")} | nested
        self.lists = [n for n, v in enumerate(self.values) if kinds[v.name] == "List" and v.name not in nested]
        columns = {value.name: column for column, value in enumerate(self.values)}
        self._plans: dict[str, list[Any]] = {
            state: [self._plan(rule, columns, kinds) for rule in rules] for state, rules in self.states.items()
        }
        self._skips_blank = {
            state: not any(rule.regex_obj.match("") for rule in rules) for state, rules in self.states.items()
        }

    def _plan(self, rule: Any, columns: dict[str, int], kinds: dict[str, str]) -> tuple[Any, ...]:
        pattern = rule.regex_obj.regex
        groups = [(name, columns[name], group) for name, group in pattern.groupindex.items() if name in columns]
        plain = tuple((column, group) for name, column, group in groups if not kinds[name])
        other = tuple(
            ("" if name in self.others else kinds[name], column, group) for name, column, group in groups if kinds[name]
        )
        operation = {"Record": Run.record, "Clear": Run.clear, "Clearall": Run.clear_all}.get(rule.record_op)
        return pattern.match, (plain, other, operation, rule.line_op, rule.new_state, rule)

    def steps(self, lines: Iterable[tuple[int, str]], run: Run, eof: bool = True) -> Iterator[None]:  # noqa: PLR0912  # one loop
        """Take the numbered lines from the state Start on into ``run``, with a pause after everything that may add a
        row. Raises textfsm.TextFSMError where the template has an Error rule."""
        state, ended = "Start", False
        plan, skips_blank = self._plans[state], self._skips_blank[state]
        cells, origins = run.cells, run.cell_origins
        for number, line in lines:
            if not line and skips_blank:
                continue
            for match, action in plan if len(line) <= _LONGEST else ():
                found = match(line)
                if found is None:
                    continue
                plain, other, operation, line_op, new_state, rule = action
                for column, group in plain:
                    cells[column] = found[group]
                    origins[column] = number
                for how, column, group in other:
                    run.assign(how, column, found[group], number)
                if operation:
                    operation(run)
                    cells, origins = run.cells, run.cell_origins
                    yield
                if line_op == "Continue":
                    continue
                if line_op == "Error":
                    self._Operations(rule, line)
                if new_state and new_state != state:
                    state, ended = new_state, new_state in ("End", "EOF")
                    plan, skips_blank = self._plans.get(state, []), self._skips_blank.get(state, True)
                break
            else:
                if line and not line.isspace():
                    run.unread.append(number)
            if ended:
                break
        if state != "End" and "EOF" not in self.states and eof:
            run.record()
        yield

    def run(self, lines: Iterable[str], eof: bool = True) -> Run:
        """The run of all these lines."""
        run = Run(self)
        for _ in self.steps(enumerate(lines, start=1), run, eof):
            pass
        return run

    def ParseText(self, text: str, eof: bool = True) -> Rows:  # noqa: N802
        """As textfsm's, but every call starts anew."""
        return self.run(text.splitlines() if text else [], eof).rows
