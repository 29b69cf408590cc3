/** The pages of whoever is signed in. */

import { RouterProvider } from "@tanstack/react-router";

import { router } from "@/router";

/** Load the page of the address while the session is still restored; whatever fails is asked for again when it is shown. */
export const ahead = (): void => void router.load().catch(() => undefined);

export const Pages = () => <RouterProvider router={router} />;
