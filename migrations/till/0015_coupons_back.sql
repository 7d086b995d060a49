-- Whether all of the sale came back: then its use of the coupon is undone, and the coupon is good again.
ALTER TABLE coupon_use ADD COLUMN back INTEGER NOT NULL DEFAULT 0;
