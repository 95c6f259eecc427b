/** @jsxImportSource preact */
/** One sentence about what could not be done, or has been done. Screen readers read it. */
import { AddressNotice } from './address-notice.js';
import { Icon } from './icons.js';
import { dispatch, state } from './store.js';

export function Messages() {
  const { message } = state.value;
  // The region is always there: screen readers only read what changes in it.
  return (
    <div class="messages">
      <AddressNotice />
      <div role="status">
        {message !== undefined && (
          <div class="message surface">
            <p>{message}</p>
            <button
              type="button"
              class="icon-button"
              aria-label="Dismiss"
              onClick={() => dispatch({ type: 'message', text: undefined })}
            >
              <Icon name="close" />
            </button>
          </div>
        )}
      </div>
    </div>
  );
}
