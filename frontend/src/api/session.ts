import { request } from "./client";

// @legacy begin dynamic-model-choices
export type Flag = "dynamic-model-choices";

// @legacy end
export interface Account {
  id: number;
  name: string;
  plan: string;
  /** The balance, in credits. */
  credits: number;
  /** Whether the plan lets the account choose its own models. */
  allows_overrides: boolean;
}

/** Who is signed in. An operator belongs to no account. */
export interface Me {
  user: { username: string } | null;
  account: Account | null;
  flags: Partial<Record<Flag, boolean>>; // @legacy line dynamic-model-choices
}

export function fetchMe(signal?: AbortSignal): Promise<Me> {
  return request<Me>("auth/me/", signal ? { signal } : {});
}

/** Rejects with ApiError 400 for a wrong name or password. */
export function signIn(credentials: { username: string; password: string }): Promise<Me> {
  return request<Me>("auth/login/", { method: "POST", body: credentials });
}

export function signOut(): Promise<null> {
  return request<null>("auth/logout/", { method: "POST" });
}
