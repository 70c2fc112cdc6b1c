/** The way in by user name and password. Whoever came from a page of the site goes back to it. */
import { Center, Paper, Stack, Text, Title } from "@mantine/core";
import { getRouteApi, Navigate } from "@tanstack/react-router";

import { useSession, useSignIn } from "@/api/session";

import { SignInForm } from "./SignInForm";

const route = getRouteApi("/sign-in");

export function SignInPage() {
  const { next } = route.useSearch();
  const session = useSession();
  const signIn = useSignIn();
  if (session.data?.user) return <Navigate to={next ?? "/"} replace />;
  return (
    <Center mih="100dvh" p="md" component="main">
      <Paper withBorder p="xl" w={400} maw="100%">
        <Stack>
          <Title order={1} size="h2">
            Sign in to Tiebreak
          </Title>
          <SignInForm signIn={signIn} />
          <Text size="sm" c="dimmed">
            No password? Open the sign-in link that you were sent, or ask your project&apos;s
            manager for a new one.
          </Text>
        </Stack>
      </Paper>
    </Center>
  );
}
