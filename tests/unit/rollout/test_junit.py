"""JUnit reports, as several runners write them."""

from datetime import UTC, datetime

import pytest

from migration_harness.exceptions import ReportRefused
from migration_harness.rollout.junit import read_reports

CASE, FAILED = '<testcase name="a"/>', '<testcase name="b"><failure>no</failure></testcase>'
BROKEN, SKIPPED = '<testcase name="c"><error>no</error></testcase>', '<testcase name="d"><skipped/></testcase>'


def report(tmp_path, text, name="r.xml"):
    file = tmp_path / name
    file.write_text(text)
    return file


def suite(*cases, **attributes):
    said = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    return f"<testsuite {said}>{''.join(cases)}</testsuite>"


class TestReport:
    @pytest.mark.parametrize("whole", ["{}", "<testsuites>{}</testsuites>"], ids=["one suite", "suites"])
    def test_counts_what_ran_and_what_failed(self, tmp_path, whole):
        found = read_reports(report(tmp_path, whole.format(suite(CASE, CASE, FAILED, BROKEN, SKIPPED))))
        assert (found.tests, found.failed) == (4, 2)

    def test_counts_an_error_outside_of_any_test(self, tmp_path):
        assert read_reports(report(tmp_path, suite(CASE, errors=1))).failed == 1

    @pytest.mark.parametrize("text", [suite(), suite(SKIPPED), "<testsuites/>"], ids=["empty", "skipped", "no suite"])
    def test_may_have_no_test_at_all(self, tmp_path, text):
        assert read_reports(report(tmp_path, text)).tests == 0

    def test_says_its_revision_its_time_and_whether_the_tree_was_dirty(self, tmp_path):
        properties = (
            '<properties><property name="revision" value="abc"/><property name="dirty" value="yes"/></properties>'
        )
        text = suite(properties, CASE, timestamp="2026-11-30T03:00:00", time="1.5")
        found = read_reports(report(tmp_path, text))
        assert (found.revision, found.dirty, found.seconds) == ("abc", True, 1.5)
        assert found.at == datetime(2026, 11, 30, 3, tzinfo=UTC)

    def test_of_a_folder_is_all_of_them(self, tmp_path):
        report(tmp_path, suite(CASE, time="1"), "0.xml")
        report(tmp_path, suite(CASE, FAILED, time="2"), "1.xml")
        found = read_reports(tmp_path)
        assert (found.tests, found.failed, found.seconds) == (3, 1, 3.0)

    def test_of_an_empty_folder_has_no_test(self, tmp_path):
        assert read_reports(tmp_path).tests == 0


class TestNoReport:
    @pytest.mark.parametrize(
        "text", ["", "not xml", "<html/>", "<testsuite>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"],
        ids=["empty", "text", "another document", "broken off", "entities"],
    )  # fmt: skip
    def test_is_refused(self, tmp_path, text):
        with pytest.raises(ReportRefused, match="no JUnit report"):
            read_reports(report(tmp_path, text))

    def test_is_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(ReportRefused, match="cannot be read"):
            read_reports(tmp_path / "missing.xml")

    def test_is_a_folder_of_two_revisions(self, tmp_path):
        for name in "ab":
            text = suite(f'<properties><property name="revision" value="{name}"/></properties>', CASE)
            report(tmp_path, text, f"{name}.xml")
        with pytest.raises(ReportRefused, match="different revisions: a, b"):
            read_reports(tmp_path)
