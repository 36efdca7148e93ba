/** The most lists printed at once; their ids stand in the address. */
export const MOST_FORMS = 100;
