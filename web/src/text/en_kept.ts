/* Documents kept on the device: the same keys as vi_kept.ts. */
export const enKept = {
  kept: {
    title: 'No connection',
    away: 'Below are the documents you chose to keep on this device.',
    away_none:
      'You have not chosen to keep any document on this device, so there is nothing to show without a connection. Your wallet is as it was.',
    mark: 'Shown from this device, as of {{at}}',
    mark_text: 'The system could not be asked: the document may have been revoked since.',
    holder: 'Holder',
    verified: 'Last checked',
    was_valid: 'Valid at {{at}}',
    was_invalid: 'Not valid at {{at}}',
    not_verified: 'Could not be checked',
    open: 'Show the signed document',
    no_page: 'The document cannot be opened. Please reload the page.',
    choice_heading: 'Without a connection',
    choice: 'Keep on this device',
    choice_help:
      'The document is encrypted in this browser and can be seen without the passcode. Choose this on a device of your own only. Signing out removes it.',
    working: 'Working...',
    is_kept: 'Kept on this device.',
  },
}
