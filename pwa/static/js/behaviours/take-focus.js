behaviour('take-focus', (element) => element.focus());
