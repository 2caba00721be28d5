/* The journeys in Chromium, against a running demonstration:
 *
 *   DANH_URL=http://localhost:8080 DANH_IDENTITIES=FILE web/node_modules/.bin/playwright test -c tests/browser
 *
 * FILE is JSON: {"password", "passcode", "signing_pin", "people": {NAME: {"pin", "name", "birth_date", "sex"}}} with the identities
 * of `danh synth --json`. The journeys want an installation nobody has applied in yet. CHROMIUM names another browser than
 * /usr/bin/chromium.
 */
import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: '.',
  outputDir: '../../build/browser-results',
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: {
    baseURL: process.env.DANH_URL ?? 'http://localhost:8080',
    viewport: { width: 360, height: 740 },
    locale: 'vi-VN',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
