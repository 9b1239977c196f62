#!/usr/bin/env python3
"""Draws, or tabulates, what `mgprove bench --scaling --json FILE` has measured.

scaling-plot.py FILE [-o FILE.svg]   efficiency by the number of ranks, and where the time went
scaling-plot.py FILE --table         the same as Markdown"""
import argparse
import json
import sys
from xml.sax.saxutils import escape

# of the split: member, name, colour
PARTS = [("work_s", "work", "#4477aa"), ("pass_s", "plain pass", "#ee6677"),
         ("recording_s", "recording", "#ccbb44"), ("imbalance_s", "imbalance", "#aa3377"),
         ("comm_s", "communication", "#228833"), ("tail_s", "tail of the opening", "#66ccee"),
         ("other_s", "other", "#bbbbbb")]
COLORS = {"strong": "#004488", "weak": "#bb5566"}
WIDTH, HEIGHT, LEFT, TOP = 420, 260, 60, 60  # of one panel, and its margins


def load(path):
    with open(path, encoding="utf-8") as f:
        data = json.load(f)
    if data.get("version") != 1 or "scaling" not in data:
        sys.exit(f"{path}: not the JSON of `mgprove bench --scaling`, version 1")
    for series in data["scaling"]:
        series["points"] = [p for p in series["points"] if p["verified"] and "split" in p]
    return data


class Svg:
    def __init__(self, width, height):
        self.out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
                    'font-family="sans-serif" font-size="12">',
                    f'<path d="M0 0H{width}V{height}H0Z" fill="white"/>']

    def text(self, x, y, text, anchor="middle", size=12):
        self.out.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">'
                        f"{escape(text)}</text>")

    def line(self, points, color, width=1.0):
        at = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.out.append(f'<polyline points="{at}" fill="none" stroke="{color}" stroke-width="{width}"/>')

    def rect(self, x, y, w, h, color):
        self.out.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" fill="{color}"/>')

    def circle(self, x, y, color, title):
        self.out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{color}">'
                        f"<title>{escape(title)}</title></circle>")


def axes(svg, left, name, ticks):
    """A panel whose y goes from 0 to 100 %, with a place on x for each tick."""
    y = {v: TOP + HEIGHT * (1 - v / 100) for v in (0, 25, 50, 75, 100)}
    for v, at in y.items():
        svg.line([(left, at), (left + WIDTH, at)], "#dddddd")
        svg.text(left - 6, at + 4, f"{v} %", "end")
    svg.text(left + WIDTH / 2, TOP - 12, name, size=14)
    svg.text(left + WIDTH / 2, TOP + HEIGHT + 36, "ranks")
    for i, tick in enumerate(ticks):
        svg.text(left + WIDTH * (i + 0.5) / len(ticks), TOP + HEIGHT + 18, str(tick))


def draw(data):
    series = [s for s in data["scaling"] if s["points"]]
    counts = sorted({p["ranks"] for s in series for p in s["points"]})
    svg = Svg((1 + len(series)) * (LEFT + WIDTH) + 20, TOP + HEIGHT + 110)
    axes(svg, LEFT, "efficiency of the prove phase", counts)
    for k, s in enumerate(series):
        color = COLORS.get(s["series"], "black")
        at = [(LEFT + WIDTH * (counts.index(p["ranks"]) + 0.5) / len(counts),
               TOP + HEIGHT * (1 - min(p["prove_efficiency"], 1.2))) for p in s["points"]]
        svg.line(at, color, 1.5)
        for (x, y), p in zip(at, s["points"]):
            svg.circle(x, y, color, f"{s['series']}, {p['ranks']} ranks: {100 * p['prove_efficiency']:.1f} %")
        svg.rect(LEFT + 10 + 90 * k, TOP + HEIGHT - 22, 12, 12, color)
        svg.text(LEFT + 26 + 90 * k, TOP + HEIGHT - 12, s["series"], "start")
        left = LEFT + (k + 1) * (LEFT + WIDTH)
        ticks = [p["ranks"] for p in s["points"]]
        axes(svg, left, f"{s['series']}: where the time went", ticks)
        for i, p in enumerate(s["points"]):
            y = TOP + HEIGHT
            for member, _, fill in PARTS:
                h = HEIGHT * p["split"][member] / p["split"]["all_s"]
                y -= h
                svg.rect(left + WIDTH * (i + 0.2) / len(ticks), y, WIDTH * 0.6 / len(ticks), h, fill)
    for i, (_, name, fill) in enumerate(PARTS):
        svg.rect(LEFT + 150 * i, TOP + HEIGHT + 56, 12, 12, fill)
        svg.text(LEFT + 18 + 150 * i, TOP + HEIGHT + 66, name, "start")
    first = series[0]["points"][0] if series else {}
    svg.text(LEFT, 24, f"{data['workload']}, {first.get('backend', '')} ({first.get('isa', '')}), "
             f"{data['transport']}, commit {data['commit']}", "start", 13)
    return "\n".join(svg.out + ["</svg>"]) + "\n"


def table(data):
    lines = ["| series | ranks | steps | all s | prove s | efficiency | of prove | "
             + " | ".join(f"{name} %" for _, name, _ in PARTS) + " | load (predicted) |",
             "|" + " --- |" * (len(PARTS) + 8)]
    for s in data["scaling"]:
        for p in s["points"]:
            split = p["split"]
            shares = " | ".join(f"{100 * split[m] / split['all_s']:.1f}" for m, _, _ in PARTS)
            lines.append(f"| {s['series']} | {p['ranks']} | {p['steps']:,} | {split['all_s']:.3f} | "
                         f"{p['prove_seconds']:.3f} | {100 * p['efficiency']:.1f} % | "
                         f"{100 * p['prove_efficiency']:.1f} % | {shares} | "
                         f"{split['load']:.3f} ({split['predicted_load']:.3f}) |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("-o", "--output", default="scaling.svg")
    parser.add_argument("--table", action="store_true")
    args = parser.parse_args()
    data = load(args.file)
    if args.table:
        print(table(data), end="")
        return
    with open(args.output, "w", encoding="utf-8") as f:
        f.write(draw(data))


main()
