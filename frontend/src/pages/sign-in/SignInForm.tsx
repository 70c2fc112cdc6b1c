/** User name and password. What follows a sign-in is the page's business. */
import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";

import type { useSignIn } from "@/api/session";

import { fieldError } from "./fieldError";

export function SignInForm({ signIn }: { signIn: ReturnType<typeof useSignIn> }) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");

  function submit(event: FormEvent): void {
    event.preventDefault();
    signIn.mutate({ username, password });
  }

  return (
    <form onSubmit={submit}>
      <Stack>
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
      </Stack>
    </form>
  );
}
