/** How far collecting is from its end, in words. Pure. */
import type { Forecast } from "@/api/manageTypes";
import { counted, decimal, whole } from "@/components/plots/words";

function daysWords({ days, per_day: pace }: Forecast): string {
  if (days === null) return "Nothing was judged in the last 7 days, so there is no pace to go by.";
  const left = days < 1 ? "less than a day" : `about ${counted(Math.ceil(days), "day")}`;
  return `At this week's pace of ${decimal(pace, pace < 10 ? 1 : 0)} a day that takes ${left}.`;
}

function budgetWords({ budget, budget_left: left }: Forecast): string {
  if (budget === null || left === null) return "";
  return ` ${whole(left)} of the budget of ${whole(budget)} left.`;
}

/** "900 judged, 120 places open, about 150 still to come. At this week's pace … takes about 3 days." */
export function forecastWords(forecast: Forecast): string {
  const { judgments, places_open: places, expected } = forecast;
  const have = `${whole(judgments)} judged`;
  if (expected === 0) return `${have}, no place open: nothing is to come.${budgetWords(forecast)}`;
  const open = `${counted(places, "place")} open, about ${whole(expected)} still to come`;
  return `${have}, ${open}. ${daysWords(forecast)}${budgetWords(forecast)}`;
}
