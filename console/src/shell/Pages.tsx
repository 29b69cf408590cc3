/** The pages of whoever is signed in. */

import { RouterProvider } from "@tanstack/react-router";

import { router } from "@/router";

export const Pages = () => <RouterProvider router={router} />;
