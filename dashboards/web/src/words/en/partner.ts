// The page of data partners. Keys begin with the page's name.
export const partner = {};
