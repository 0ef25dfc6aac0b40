"""The European Central Bank's file of all days: heading and lines as it publishes them (README.md)."""

from pathlib import Path

from payload_rows import ids, of_text, payloads, raw_rows, reasons


def test_the_published_lines_are_known_by_their_day() -> None:
    assert ids(raw_rows("ecb_rates_rates.csv")) == [("2021-12-01", None), ("2019-04-10", None)]


def test_the_published_rates_are_kept_as_they_were_written() -> None:
    first, second = payloads(raw_rows("ecb_rates_rates.csv"))
    assert (first["USD"], first["JPY"], first["GBP"], first["IDR"]) == ("1.1314", "128.27", "0.85", "16249.4")
    assert (first["CYP"], first["TRL"]) == ("N/A", "N/A")
    assert (second["USD"], second["GBP"], second["ZAR"]) == ("1.1279", "0.86083", "15.7391")
    # every line ends with a comma
    assert len(first) == 42
    assert "" not in first


def test_the_file_of_one_day_writes_its_day_out(tmp_path: Path) -> None:
    rows = of_text("ecb_rates", "rates", "Date, USD, JPY, \n02 January 2024, 1.0956, 155.68, \n", tmp_path, "csv")
    assert reasons(rows) == [None]
    assert payloads(rows) == [{"Date": "2024-01-02", "JPY": "155.68", "USD": "1.0956"}]


def test_a_rate_that_is_none_is_refused(tmp_path: Path) -> None:
    (reason,) = reasons(of_text("ecb_rates", "rates", "Date,USD\n2024-01-02,n.a.\n", tmp_path, "csv"))
    assert "at USD is not a rate" in (reason or "")


def test_a_new_currency_is_kept(tmp_path: Path) -> None:
    rows = of_text("ecb_rates", "rates", "Date,USD,XYZ\n2030-01-02,1.1,2.5\n", tmp_path, "csv")
    assert payloads(rows)[0]["XYZ"] == "2.5"
