/** @jsxImportSource preact */
/** Shares a link and a picture, by the clipboard or the system. */
import { useEffect, useState } from 'preact/hooks';
import { copyPicture, copyText, download } from '../saving/share.js';
import { CopyCode } from './copy.js';
import { Dialog } from './dialog.js';
import { closeDialog, type LinkOrNot, nameFor, useLink } from './leaving.js';
import { canShare, preparePicture, sharedPicture, shareNow } from './sharing.js';
import { state } from './store.js';

export function ShareDialog() {
  const link = useLink();
  const [said, say] = useState('');
  useEffect(() => void preparePicture(), []);
  return (
    <Dialog title="Share" onClose={closeDialog}>
      <div class="share">
        <Preview />
        <div class="share-choices">
          <LinkField link={link} say={say} />
          <PictureButtons say={say} />
          <p class="hint share-said" role="status">
            {said}
          </p>
        </div>
      </div>
      <CopyCode />
    </Dialog>
  );
}

type Say = (text: string) => void;

function LinkField({ link, say }: { link: LinkOrNot | undefined; say: Say }) {
  if (link && 'tooLong' in link)
    return (
      <p>This network is too large for a link: share the picture, which contains it, or save its recipe.</p>
    );
  const text = link?.link ?? '';
  const copy = async () => {
    say(
      (await copyText(text))
        ? 'The link is copied.'
        : 'The browser does not let the page copy: select the link.',
    );
  };
  return (
    <div class="row">
      <input
        class="field share-link"
        aria-label="Link"
        readOnly
        value={text}
        onFocus={({ currentTarget }) => currentTarget.select()}
      />
      <button type="button" class="button primary" disabled={text === ''} onClick={copy}>
        Copy link
      </button>
    </div>
  );
}

function PictureButtons({ say }: { say: Say }) {
  const copy = async () => {
    const isCopied = await copyPicture(preparePicture());
    say(
      isCopied
        ? 'The picture is copied.'
        : 'The browser does not let the page copy pictures: save it instead.',
    );
  };
  const save = async () => {
    const file = await preparePicture();
    if (file) download(file, file.name);
  };
  return (
    <div class="row share-picture-buttons">
      <button type="button" class="button" onClick={copy}>
        Copy picture
      </button>
      <button type="button" class="button" onClick={save}>
        Save picture
      </button>
      {canShare() && (
        <button type="button" class="button" onClick={() => void shareNow()}>
          Share with…
        </button>
      )}
    </div>
  );
}

/** The picture that is shared. */
function Preview() {
  const file = sharedPicture.value;
  const [address, set] = useState<string>();
  useEffect(() => {
    if (!file) return set(undefined);
    const made = URL.createObjectURL(file);
    set(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return (
    <div class="share-preview" aria-busy={!address}>
      {address ? (
        <img src={address} alt={`Network ${nameFor(state.value.document.sweep)}`} />
      ) : (
        <p class="hint">Drawing…</p>
      )}
    </div>
  );
}
