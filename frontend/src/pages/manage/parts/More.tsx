/** Under a list that comes page by page: how much of it is shown, and the way to more. */
import { Button, Group, Text } from "@mantine/core";

interface MoreProps {
  shown: number;
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

export function More({ shown, query }: MoreProps) {
  return (
    <Group>
      <Text size="sm" c="dimmed">
        {shown} shown{query.hasNextPage ? "" : ", which is all of them"}
      </Text>
      {query.hasNextPage && (
        <Button
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </Group>
  );
}
