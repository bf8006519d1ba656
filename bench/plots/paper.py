"""What all plots share: Debian's matplotlib without a display, one look."""
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

plt.rcParams.update({
    "figure.dpi": 110, "font.size": 9, "axes.grid": True, "grid.alpha": 0.3, "axes.spines.top": False,
    "axes.spines.right": False, "legend.frameon": False, "lines.linewidth": 1.1,
    "axes.titlesize": 10, "axes.titleweight": "bold", "axes.titlelocation": "left",
})
BLUE, ORANGE, RED, GREY, GREEN = "#1f77b4", "#ff7f0e", "#d62728", "#7f7f7f", "#2ca02c"


def save(figure, path, about):
    """`about`: machine, date, commit: under every plot."""
    figure.text(0.01, 0.005, about, fontsize=7, color=GREY)
    figure.savefig(path)
    plt.close(figure)
    print(f"   drew {path}")


def machine_line(machine):
    return (f"{machine['cpu']}, {machine['cores']} cores, {machine['date']}, commit "
            f"{machine['commit']}")
