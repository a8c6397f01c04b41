/* Reads QR codes from the phone's camera: with the browser's own reader, else with jsQR. */
"use strict";
window.CheckInCamera = (() => {
  const EVERY = 150,
    WIDEST = 640,
    SAME_CODE_AFTER = 4000;

  function loaded(address) {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
  }

  async function reader(address) {
    if (
      "BarcodeDetector" in window &&
      (await BarcodeDetector.getSupportedFormats()).includes("qr_code")
    ) {
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      return async (video) => (await detector.detect(video))[0]?.rawValue;
    }
    if (!window.jsQR) await loaded(address);
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { willReadFrequently: true });
    return async (video) => {
      const scale = Math.min(1, WIDEST / video.videoWidth);
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
      return jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data;
    };
  }

  return {
    possible: Boolean(navigator.mediaDevices?.getUserMedia),
    stream: null,

    async start(video, address, seen) {
      const read = await reader(address);
      const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
      const stream = (this.stream = await navigator.mediaDevices.getUserMedia({
        video: wanted,
        audio: false,
      }));
      video.srcObject = stream;
      await video.play();
      let last = "",
        lastAt = 0;
      const look = async () => {
        if (this.stream !== stream) return;
        if (video.videoWidth) {
          const text = await read(video).catch(() => "");
          const now = Date.now();
          if (text && (text !== last || now - lastAt > SAME_CODE_AFTER)) seen(text);
          if (text) [last, lastAt] = [text, now];
        }
        setTimeout(look, EVERY);
      };
      look();
    },
    stop(video) {
      if (this.stream) for (const track of this.stream.getTracks()) track.stop();
      this.stream = null;
      video.srcObject = null;
    },
  };
})();
