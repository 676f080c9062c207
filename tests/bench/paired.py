"""What pairs of times tell: whether one kind of call takes longer than another, and by how much at most."""

import math
import random
import statistics


def wilcoxon_z(differences):
    """The normal approximation of the signed-rank statistic, ties by their mean rank."""
    differences = [value for value in differences if value]
    ranked = sorted(differences, key=abs)
    positive, index = 0.0, 0
    while index < len(ranked):
        end = index
        while end < len(ranked) and abs(ranked[end]) == abs(ranked[index]):
            end += 1
        rank = (index + 1 + end) / 2
        positive += rank * sum(value > 0 for value in ranked[index:end])
        index = end
    count = len(ranked)
    mean, deviation = count * (count + 1) / 4, math.sqrt(count * (count + 1) * (2 * count + 1) / 24)
    return (positive - mean) / deviation


def interval(differences, rounds=1000):
    """The bootstrap interval of 99 % of the median."""
    medians = sorted(statistics.median(random.choices(differences, k=len(differences))) for _ in range(rounds))
    return medians[rounds // 200], medians[-rounds // 200 - 1]


def welch_t(first, second):
    """Of the lowest nine tenths of either: what is slower than those was held up by something else."""
    first, second = (sorted(side)[:len(side) * 9 // 10] for side in (first, second))
    return (statistics.mean(first) - statistics.mean(second)) / math.sqrt(statistics.variance(first) / len(first) + statistics.variance(second) / len(second))


def compare(times):
    """From pairs of nanoseconds to a row of figures; microseconds."""
    differences = [first - second for first, second in times]
    low, high = interval(differences)
    first, second = zip(*times)
    box = sorted(first)[len(times) // 10] - sorted(second)[len(times) // 10]
    return {"pairs": len(times), "welch_t": welch_t(first, second), "box_us": box / 1000, "z": wilcoxon_z(differences), "median_us": statistics.median(differences) / 1000, "low_us": low / 1000,
            "high_us": high / 1000, "typical_us": statistics.median(first) / 1000}
