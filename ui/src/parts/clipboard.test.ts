import { describe, expect, it } from "vitest";

import { formatBlock, parseBlock } from "./clipboard";

describe("a block from a spreadsheet", () => {
  it.each<[string, string, string[][]]>([
    ["Excel on Windows ends every row with CRLF", "1\t网关\tV1.10.0\r\n2\t采集引擎\tV4.2.0\r\n", [["1", "网关", "V1.10.0"], ["2", "采集引擎", "V4.2.0"]]],
    ["LibreOffice uses LF and leaves the last row open", "a\tb\nc\td", [["a", "b"], ["c", "d"]]],
    ["old text uses CR", "a\tb\rc\td\r", [["a", "b"], ["c", "d"]]],
    ["one cell", "统一认证中心", [["统一认证中心"]]],
    ["one cell as Excel copies it", "统一认证中心\r\n", [["统一认证中心"]]],
    ["line breaks inside a cell", '1\t"支持国密\n会话续期"\tV2\r\n2\tx\ty\r\n', [["1", "支持国密\n会话续期", "V2"], ["2", "x", "y"]]],
    ["a line break of Windows inside a cell", '"甲\r\n乙"\tx', [["甲\n乙", "x"]]],
    ["doubled quotes inside a quoted cell", '"他说 ""行""\n就行"\tx', [['他说 "行"\n就行', "x"]]],
    ["quotes inside an unquoted cell", '5" 盘\t1.5"\r\n', [['5" 盘', '1.5"']]],
    ["a cell that begins with quoted words", '"快" 模式\tx', [['"快" 模式', "x"]]],
    ["a cell that somebody wrote in quotes", '"快"\tx', [['"快"', "x"]]],
    ["a quote that is never closed", '"甲\t乙\n丙', [['"甲', "乙"], ["丙"]]],
    ["empty cells keep their place", "\t\tc\r\n\t\t\r\n", [["", "", "c"], ["", "", ""]]],
    ["an empty row in the middle", "a\n\nb\n", [["a"], [""], ["b"]]],
    ["spaces and leading zeros stay", " 007 \t1.10", [[" 007 ", "1.10"]]],
  ])("%s", (_, text, cells) => expect(parseBlock(text)).toEqual(cells));

  it("nothing is no cell", () => expect(parseBlock("")).toEqual([]));
});

describe("a block for a spreadsheet", () => {
  it("quotes what would fall apart, and nothing else", () => {
    expect(formatBlock([["1", "甲\n乙", '5" 盘'], ["a\tb", '"快"', ""]])).toBe('1\t"甲\n乙"\t5" 盘\r\n"a\tb"\t"""快"""\t');
  });

  it("comes back as it went", () => {
    const cells = [["甲\n乙", 'x "y" z', '"q"', '""'], ["", "\t", "无", '"']];
    expect(parseBlock(formatBlock(cells))).toEqual(cells);
  });
});
