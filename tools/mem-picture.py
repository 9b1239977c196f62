#!/usr/bin/env python3
"""A picture of `mgprove prove --mem-report FILE`: mem-picture.py FILE.json PICTURE.svg

For each rank and phase two bars: the peak of each class of memory in the phase (classes need not peak
at once: a line marks the peak of all together), and what was resident when the phase had ended. The
dashed line is the peak that was planned before the first witness was built."""
import json
import sys

COLOURS = {"raw": "#4477aa", "plan": "#66ccee", "accumulator": "#228833", "digest": "#bbbbbb",
           "witness": "#ccbb44", "codeword": "#ee6677", "proof": "#222222", "scratch": "#aa3377"}
LEFT, TOP, WIDTH, HEIGHT, GAP = 70, 40, 64, 220, 60


def size(nbytes):
    return f"{nbytes / 2**20:.1f} MiB" if nbytes < 2**30 else f"{nbytes / 2**30:.2f} GiB"


def rectangle(x, y, width, height, fill, title):
    return (f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}">'
            f"<title>{title}</title></rect>")


def line(x1, x2, y, style):
    return f'<line x1="{x1:.1f}" x2="{x2:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="black" {style}/>'


def text(x, y, words, anchor="middle"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'


def stack(x, bottom, scale, amounts, what):
    out = []
    for name, colour in COLOURS.items():
        height = amounts[name] * scale
        if height > 0:
            bottom -= height
            out.append(rectangle(x, bottom, WIDTH / 2 - 6, height, colour,
                                 f"{what}: {name} {size(amounts[name])}"))
    return out


def draw_rank(rank, top, scale):
    bottom = top + HEIGHT
    out = [text(LEFT, top - 10, f"rank {rank['rank']} on {rank['host']}, {rank['steps']:,} steps", "start")]
    for number, (phase, amounts) in enumerate(rank["phases"].items()):
        x = LEFT + number * WIDTH
        out += stack(x + 4, bottom, scale, amounts, f"{phase}, peak")
        out += stack(x + WIDTH / 2 + 2, bottom, scale, amounts["resident"], f"after {phase}")
        out.append(line(x + 4, x + WIDTH / 2 - 2, bottom - amounts["total"] * scale, 'stroke-width="2"'))
        out.append(text(x + WIDTH / 2, bottom + 16, phase))
    right = LEFT + len(rank["phases"]) * WIDTH
    planned = rank["predicted_peak_bytes"]
    out.append(line(LEFT, right, bottom, ""))
    out.append(line(LEFT, right, bottom - planned * scale, 'stroke-dasharray="4"'))
    out.append(text(LEFT - 6, bottom - planned * scale + 4, size(planned), "end"))
    return out


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1]) as f:
        report = json.load(f)
    ranks = report["ranks"]
    most = max([1] + [max(r["predicted_peak_bytes"], *(sum(p[c] for c in COLOURS) for p in r["phases"].values()))
                      for r in ranks])
    width = LEFT + WIDTH * len(ranks[0]["phases"]) + 20
    out = []
    for number, name in enumerate(COLOURS):
        x = LEFT + number * 84
        out += [rectangle(x, 6, 10, 10, COLOURS[name], name), text(x + 14, 15, name, "start")]
    for number, rank in enumerate(ranks):
        out += draw_rank(rank, TOP + 20 + number * (HEIGHT + GAP), HEIGHT / most)
    height = TOP + 20 + len(ranks) * (HEIGHT + GAP)
    with open(sys.argv[2], "w") as f:
        f.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{max(width, 760)}" height="{height}" '
                f'font-family="sans-serif" font-size="11">\n<rect width="100%" height="100%" fill="white"/>\n'
                + "\n".join(out) + "\n</svg>\n")


if __name__ == "__main__":
    main()
