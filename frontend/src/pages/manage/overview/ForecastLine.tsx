/** One line on what is still to be judged and how long that takes. */
import { Text } from "@mantine/core";

import { useForecast } from "@/api/manage";

import { useSlug } from "../parts/GoTo";
import { Loaded } from "../parts/Page";
import { forecastWords } from "./forecastWords";

export function ForecastLine() {
  const forecast = useForecast(useSlug());
  return <Loaded query={forecast}>{(data) => <Text size="sm">{forecastWords(data)}</Text>}</Loaded>;
}
