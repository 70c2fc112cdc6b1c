/** User name and password. Whoever came from a page of the site goes back to it. */
import {
  Alert,
  Button,
  Center,
  Paper,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { getRouteApi, Navigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";

import { ApiError } from "@/api/client";
import { useSession, useSignIn } from "@/api/session";

const route = getRouteApi("/sign-in");

function fieldError(error: Error | null, field: string): string | undefined {
  return error instanceof ApiError ? error.fields[field]?.join(" ") : undefined;
}

export function SignInPage() {
  const { next } = route.useSearch();
  const session = useSession();
  const signIn = useSignIn();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  if (session.data?.user) return <Navigate to={next ?? "/"} replace />;

  function submit(event: FormEvent): void {
    event.preventDefault();
    signIn.mutate({ username, password });
  }

  return (
    <Center mih="100dvh" p="md" component="main">
      <Paper withBorder p="xl" w={400} maw="100%">
        <form onSubmit={submit}>
          <Stack>
            <Title order={1} size="h2">
              Sign in to Tiebreak
            </Title>
            {signIn.error && (
              <Alert color="orange" role="alert">
                {signIn.error.message}
              </Alert>
            )}
            <TextInput
              label="User name"
              name="username"
              autoComplete="username"
              autoFocus
              required
              withAsterisk={false}
              value={username}
              error={fieldError(signIn.error, "username")}
              onChange={(event) => setUsername(event.currentTarget.value)}
            />
            <PasswordInput
              label="Password"
              name="password"
              autoComplete="current-password"
              required
              withAsterisk={false}
              value={password}
              error={fieldError(signIn.error, "password")}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            <Button type="submit" loading={signIn.isPending}>
              Sign in
            </Button>
            <Text size="sm" c="dimmed">
              No password? Open the sign-in link that you were sent, or ask your project&apos;s
              manager for a new one.
            </Text>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
